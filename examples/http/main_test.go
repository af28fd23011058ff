//go:build linux

package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/uds/internal/testutil"
)

func TestMain(m *testing.M) { testutil.Main(m) }

// TestRun runs the program and compares what it prints.
func TestRun(t *testing.T) {
	var out strings.Builder
	if err := run(&out); err != nil {
		t.Fatal(err)
	}
	const want = `HTTP/1.1: HTTP/1.1, 1000000 bytes there and back
h2c: HTTP/2.0, 1000000 bytes there and back
HTTP/2 over TLS: HTTP/2.0, 1000000 bytes there and back
`
	if got := out.String(); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// TestOwn makes a request on no connection, whose peer nobody can tell.
func TestOwn(t *testing.T) {
	r := httptest.NewRequest("POST", "http://uds/", strings.NewReader("a"))
	w := httptest.NewRecorder()
	own(http.HandlerFunc(upper)).ServeHTTP(w, r)
	if w.Code != http.StatusForbidden {
		t.Errorf("got status %d, want %d", w.Code, http.StatusForbidden)
	}
}
