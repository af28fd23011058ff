package uds_test

import (
	"encoding/json"
	"fmt"

	"example.com/uds"
)

func ExampleParseAddr() {
	for _, s := range []string{"", "@bus", "/run/bus.sock", "./@bus"} {
		a, err := uds.ParseAddr(s)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Printf("%q unnamed=%t abstract=%q path=%q\n", a, a.IsUnnamed(), a.Abstract(), a.Path())
	}
	// Output:
	// "" unnamed=true abstract="" path=""
	// "@bus" unnamed=false abstract="bus" path=""
	// "/run/bus.sock" unnamed=false abstract="" path="/run/bus.sock"
	// "./@bus" unnamed=false abstract="" path="./@bus"
}

func ExampleParseAddr_error() {
	_, err := uds.ParseAddr("/run/a\x00b")
	fmt.Println(err)
	// Output:
	// uds: address "/run/a\x00b": a path has no NUL byte
}

func ExampleAbstractAddr() {
	a, err := uds.AbstractAddr("bus\x00\xff")
	if err != nil {
		fmt.Println(err)
		return
	}
	raw, err := a.Raw()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%q\n%q\n", a, raw)
	// Output:
	// "@bus\x00\xff"
	// "\x00bus\x00\xff"
}

func ExamplePathAddr() {
	a, err := uds.PathAddr("@bus")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(a, a.IsPath())
	// Output:
	// ./@bus true
}

func ExampleAddr_MarshalText() {
	clients := map[uds.Addr]int{
		uds.MustParseAddr("@bus"):     2,
		uds.MustParseAddr("/run/bus"): 1,
	}
	text, err := json.Marshal(clients)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(text))
	// Output:
	// {"/run/bus":1,"@bus":2}
}
