// A Redis for tests: miniredis, which Argo CD itself embeds in its command line, on a port of its
// own. It prints the address once it listens, and runs until it is killed.
package main

import (
	"fmt"
	"os"

	"github.com/alicebob/miniredis/v2"
)

func main() {
	server := miniredis.NewMiniRedis()
	if err := server.StartAddr("127.0.0.1:0"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(server.Addr())
	select {}
}
