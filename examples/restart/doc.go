//go:build !unix

// Command restart needs Unix.
package main

import "fmt"

func main() { fmt.Println("this example needs Unix") }
