//go:build !linux

// Command netlink needs Linux.
package main

import "fmt"

func main() { fmt.Println("this example needs Linux") }
