//go:build !unix

// Command fdpass needs Unix.
package main

import "fmt"

func main() { fmt.Println("this example needs Unix") }
