package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// filter says whether a vault or item with this title and these tags was asked for.
type filter func(title string, tags []string) bool

// A term of the filters that Connect documents: title eq "Example Item" or tag eq "banking". `name` is the documented
// attribute of vaults, for which both official clients send `title`; `co` is sent by the JavaScript client.
var term = regexp.MustCompile(`^\s*(title|name|tag) (eq|co) "([^"]*)"\s*`)
var connective = regexp.MustCompile(`^(and|or)\s`)

// parseFilter reads a SCIM filter; `and` binds tighter than `or`. An empty text matches all.
//
// There is no way to write a double quote inside a quoted title: the official clients insert titles unescaped, so a
// quote in a title ends it, and what follows is read as more filter.
func parseFilter(text string) (filter, error) {
	if text == "" {
		return func(string, []string) bool { return true }, nil
	}
	alternatives := [][]filter{nil}
	for rest := text; ; {
		found := term.FindStringSubmatch(rest)
		if found == nil {
			return nil, fmt.Errorf("invalid filter %q", text)
		}
		last := len(alternatives) - 1
		alternatives[last] = append(alternatives[last], comparison(found[1], found[2], found[3]))
		rest = rest[len(found[0]):]
		if rest == "" {
			break
		}
		joined := connective.FindStringSubmatch(rest)
		if joined == nil {
			return nil, fmt.Errorf("invalid filter %q", text)
		}
		if joined[1] == "or" {
			alternatives = append(alternatives, nil)
		}
		rest = rest[len(joined[0]):]
	}
	return func(title string, tags []string) bool {
		return slices.ContainsFunc(alternatives, func(terms []filter) bool {
			return !slices.ContainsFunc(terms, func(holds filter) bool { return !holds(title, tags) })
		})
	}, nil
}

func comparison(attribute, operator, wanted string) filter {
	matches := func(value string) bool { return value == wanted }
	if operator == "co" {
		matches = func(value string) bool { return strings.Contains(value, wanted) }
	}
	if attribute == "tag" {
		return func(_ string, tags []string) bool { return slices.ContainsFunc(tags, matches) }
	}
	return func(title string, _ []string) bool { return matches(title) }
}
