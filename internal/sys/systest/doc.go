// Package systest makes system calls fail that rarely do, for tests.
package systest
