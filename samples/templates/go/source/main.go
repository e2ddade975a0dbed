// Command hello prints a greeting.
package main

import "fmt"

func greeting() string {
	return "Hello, Peios!"
}

func main() {
	fmt.Println(greeting())
}
