// Command buffers is built with the race detector and run by a test. Its
// argument is "list", "proper" or a case of misuse. A misuse touches a buffer
// while a call uses it, and has to be reported; what is proper orders all that
// it does by messages, and must not be.
package main

import (
	"fmt"
	"log"
	"os"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: buffers list | proper | <case>")
	}
	switch arg := os.Args[1]; arg {
	case "list":
		for _, c := range misuses() {
			fmt.Println(c.name)
		}
	case "proper":
		proper()
		fmt.Println("proper")
	default:
		misuse(arg)
	}
}

// named is a case of misuse.
type named struct {
	name string
	run  func()
}

func misuses() []named {
	var all []named
	for _, k := range kinds {
		for _, e := range ends {
			all = append(append(all, k.sends(e)...), k.receives(e)...)
		}
	}
	return all
}

func (k kind) sends(e end) (all []named) {
	for _, s := range sends {
		if k.has(s.only) {
			name := fmt.Sprintf("%s/%s/%s", k.name, s.name, e)
			all = append(all, named{name, func() { writeWhileSending(k, s, e) }})
		}
	}
	return all
}

func (k kind) receives(e end) (all []named) {
	for _, r := range receives {
		for _, m := range moments {
			if !k.has(r.only) || m.waits && (r.queued || e == "first") {
				continue
			}
			name := fmt.Sprintf("%s/%s/%s/%s", k.name, r.name, m.name, e)
			all = append(all, named{name, func() { readWhileReceiving(k, r, m, e) }})
		}
	}
	return all
}

func misuse(name string) {
	for _, c := range misuses() {
		if c.name == name {
			c.run()
			return
		}
	}
	log.Fatalf("case: got %q, want one of the list", name)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
