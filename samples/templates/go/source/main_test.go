package main

import (
	"strings"
	"testing"
)

func TestGreets(t *testing.T) {
	if !strings.HasPrefix(greeting(), "Hello") {
		t.Error(greeting())
	}
}
