//go:build !linux

// Command packet needs Linux.
package main

import "fmt"

func main() { fmt.Println("this example needs Linux") }
