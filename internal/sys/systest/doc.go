// Package systest makes system calls fail that seldom do, for tests.
package systest
