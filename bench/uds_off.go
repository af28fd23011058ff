//go:build !uds

package main

const haveUDS = false
