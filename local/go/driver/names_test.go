package main

import (
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
)

func TestHandleIsReadBackAsItWasWritten(t *testing.T) {
	for _, h := range []handle{{"zone-a", "pvc-1"}, {"node.example.com", "snapshot-2f_X"}} {
		if got, ok := parseHandle(h.String()); !ok || got != h {
			t.Errorf("%s became %v %v", h, got, ok)
		}
	}
}

func TestNothingThatCouldLeaveTheFolderIsAHandle(t *testing.T) {
	for _, text := range []string{
		"", "/", "pvc-1", "zone-a/", "/pvc-1", "zone-a/..", "zone-a/.", "zone-a/a/b", "zone-a/a.json", "../pvc-1", "zone-a/-x",
		"Zone/pvc", "zone-a/a\x00b", "zone-a/a b", "zone-a/" + strings.Repeat("a", 129),
	} {
		if h, ok := parseHandle(text); ok {
			t.Errorf("%q was taken for %v", text, h)
		}
	}
}

func TestPagesShowEachNameOnceThoughSomeVanish(t *testing.T) {
	names := []string{"a", "b", "c", "d"}
	first, next, err := page(names, "", 2)
	if err != nil || strings.Join(first, "") != "ab" {
		t.Fatal(first, err)
	}
	rest, next, err := page([]string{"a", "c", "d"}, next, 2) // b was deleted
	if err != nil || strings.Join(rest, "") != "cd" || next != "" {
		t.Error(rest, next, err)
	}
	_, _, err = page(names, "2", 2)
	wantCode(t, err, codes.Aborted)
}

func TestReadersShareAndAnOwnerIsAlone(t *testing.T) {
	l := newLocks()
	one, err := l.share("x")
	must(t, err)
	two, err := l.share("x")
	must(t, err)
	_, err = l.own("x")
	wantCode(t, err, codes.Aborted)
	one()
	two()
	free, err := l.own("x")
	must(t, err)
	_, err = l.share("x")
	wantCode(t, err, codes.Aborted)
	free()
	_, err = l.share("x")
	must(t, err)
}
