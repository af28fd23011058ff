// Journald writes to the systemd journal by its native protocol: fields of any
// bytes, and entries of any size. An entry that fits a datagram is sent as one; a
// larger one goes as a sealed memfd, with an empty datagram.
//
//	go run ./examples/journald 'MESSAGE=hello' PRIORITY=5
//
// The protocol: https://systemd.io/JOURNAL_NATIVE_PROTOCOL
package main

import (
	"context"
	"log"
	"os"
	"strings"
)

func main() {
	if len(os.Args) < 2 {
		log.Fatal("usage: journald NAME=value ...")
	}
	var e Entry
	for _, arg := range os.Args[1:] {
		name, value, ok := strings.Cut(arg, "=")
		if !ok {
			log.Fatalf("%q: want NAME=value", arg)
		}
		if err := e.Add(name, []byte(value)); err != nil {
			log.Fatal(err)
		}
	}
	j, err := Dial(context.Background(), DefaultSocket)
	if err != nil {
		log.Fatal(err)
	}
	defer j.Close()
	if err := j.Send(&e); err != nil {
		log.Fatal(err)
	}
}
