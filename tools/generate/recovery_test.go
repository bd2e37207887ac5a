package main

import (
	"regexp"
	"strings"
	"testing"
)

// TestInvalidDeclarations has mistakes in the declarations of recovery and identifiers.
func TestInvalidDeclarations(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ old, new, says string }{
		"no x-recovery": {
			"      x-recovery: {class: idempotent, describe: {DescribeShelves: {}}}\n", "",
			"PutBooks: has no x-recovery, which declares how the client handles a lost response: add it to PutBooks in spec/store.yaml",
		},
		"a read without x-read-only": {
			"      x-read-only: true\n", "", "DescribeShelves: its name begins with Describe, Get or List: add x-read-only: true",
		},
		"x-read-only of a change": {
			"      x-recovery: {class: idempotent, describe: {DescribeShelves: {}}}\n", "      x-read-only: true\n",
			"PutBooks: x-read-only is only for operations whose names begin with Describe, Get or List: replace it by x-recovery",
		},
		"x-recovery of a read": {
			"      x-read-only: true\n", "      x-read-only: true\n      x-recovery: {class: idempotent}\n",
			"DescribeShelves: x-recovery is only for operations that change something: remove it",
		},
		"a misspelt class": {
			"{class: idempotent,", "{class: idempotant,",
			`PutBooks, x-recovery: class is "idempotant", but must be one of idempotent, recognisable, done-if-missing, not-recoverable, did you mean idempotent?`,
		},
		"no class":                    {"{class: idempotent, ", "{", `PutBooks, x-recovery: class is "", but must be one of idempotent, recognisable, done-if-missing, not-recoverable`},
		"a misspelt key":              {"        since: Built\n", "        snce: Built\n", "CreateShelf, x-recovery: unknown keyword snce, did you mean since?"},
		"an unknown code":             {"settled: [ShelfAlreadyExists]", "settled: [ShelfAlreadyExist]", "CreateShelf, x-recovery: settled names ShelfAlreadyExist, which is not in the x-errors of CreateShelf, did you mean ShelfAlreadyExists?"},
		"a code of another operation": {"settled: [ShelfAlreadyExists]", "settled: [ShelfFullFault]", "CreateShelf, x-recovery: settled names ShelfFullFault, which is not in the x-errors of CreateShelf"},
		"an unknown missing code": {
			"missing: [ShelfNotFound]\n        result", "missing: [ShelfNotThere]\n        result",
			"CreateShelf, x-recovery: missing names ShelfNotThere, which is not in the x-errors of any operation",
		},
		"an unknown look-up": {
			"describe: {DescribeShelves: {ShelfIds: ShelfId}}\n        missing: [ShelfNotFound]\n        result", "describe: {DescribeShelfs: {ShelfIds: ShelfId}}\n        missing: []\n        result",
			"CreateShelf, x-recovery, describe: the operation DescribeShelfs does not exist, did you mean DescribeShelves?",
		},
		"a look-up that changes something": {
			"describe: {DescribeShelves: {}}", "describe: {DeleteShelf: {}}", "PutBooks, x-recovery, describe: DeleteShelf changes something, but a look-up must not",
		},
		"two look-ups": {
			"describe: {DescribeShelves: {}}", "describe: {DescribeShelves: {}, DescribeBooks: {}}",
			"PutBooks, x-recovery: describe names 2 operations, but must name one, with the parameters that name the resource",
		},
		"an unknown parameter of the look-up": {
			"describe: {DescribeShelves: {}}", "describe: {DescribeShelves: {ShelfIdes: ShelfId}}",
			"PutBooks, x-recovery, describe: DescribeShelves has no parameter ShelfIdes, did you mean ShelfIds?",
		},
		"an unknown parameter of the operation": {
			"describe: {DescribeShelves: {}}", "describe: {DescribeShelves: {ShelfIds: ShelfIdd}}",
			"PutBooks, x-recovery, describe: the parameter ShelfIdd does not exist, did you mean ShelfId?",
		},
		"a key of another type": {
			"describe: {DescribeShelves: {}}", "describe: {DescribeShelves: {Kind: Row}}",
			"PutBooks, x-recovery, describe: Row is integer, but Kind of DescribeShelves is string",
		},
		"an unknown result": {
			"        result: Shelf\n", "        result: Shelv\n", "CreateShelf, x-recovery: result names Shelv, which is not a member of the result, did you mean Shelf?",
		},
		"no result": {
			"        result: Shelf\n", "",
			"CreateShelf, x-recovery: result is missing: no member has the name and type of a described one, so name the member that the described resource becomes",
		},
		"an unknown parameter to compare": {
			"identity: {Kind: Kind}", "identity: {Kinds: Kind}", "CreateShelf, x-recovery, identity: the parameter Kinds does not exist, did you mean Kind?",
		},
		"an unknown member to compare": {
			"identity: {Kind: Kind}", "identity: {Kind: Kinds}", "CreateShelf, x-recovery, identity: the member Kinds does not exist, did you mean Kind?",
		},
		"an unknown nested member": {
			"where: {Room.Name: hall,", "where: {Room.Nam: hall,", "CreateShelf, x-recovery, where: the member Nam does not exist, did you mean Name?",
		},
		"different types": {
			"same: {Width: Width,", "same: {Width: Rows,", "CreateShelf, x-recovery, same: Width is number, but the member Rows is integer: they cannot be compared",
		},
		"a secret to compare": {
			"same: {Width: Width,", "same: {ShelfId: Code, Width: Width,", "CreateShelf, x-recovery, same: ShelfId is a secret, and Redshift never describes secrets",
		},
		"a value of another type": {
			"Full: false,", "Full: perhaps,", "CreateShelf, x-recovery, where: Full is perhaps, but the member is boolean",
		},
		"an unknown value of an enum": {
			"Full: false,", "Kind: mapp,", `CreateShelf, x-recovery, where: Kind is "mapp", which is not a value of its enum, did you mean map?`,
		},
		"since with a number": {
			"        since: Built\n", "        since: Width\n", "CreateShelf, x-recovery: since is Width, which is not a time",
		},
		"no settled code": {
			"        settled: [ShelfAlreadyExists]\n", "", "CreateShelf, x-recovery: settled is missing: the codes with which Redshift refuses a retry",
		},
		"no missing code": {
			"        missing: [ShelfNotFound]\n        settled: [ShelfFullFault]\n", "        settled: [ShelfFullFault]\n",
			"DeleteShelf, x-recovery: missing is missing: the codes for a resource that does not exist",
		},
		"a comparison without a look-up": {
			"describe: {DescribeShelves: {}}", "same: {Row: Rows}",
			"PutBooks, x-recovery: identity, where, same and since need describe, with the parameters that name the resource",
		},
		"codes of a call without retries": {
			"{class: idempotent, describe: {DescribeShelves: {}}}", "{class: not-recoverable, settled: [ShelfFullFault]}",
			"PutBooks, x-recovery: settled has no effect in the class not-recoverable, because the client does not retry",
		},
		"names of an unknown parameter": {
			"      x-unknown-to-amazon:", "      x-names: {ShelfIdd: Shelf.ShelfId}\n      x-unknown-to-amazon:", "CreateShelf, x-names: the parameter ShelfIdd does not exist, did you mean ShelfId?",
		},
		"names of an unknown member": {
			"      x-unknown-to-amazon:", "      x-names: {ShelfId: Shelf.Id}\n      x-unknown-to-amazon:", "CreateShelf, x-names: the member Id does not exist",
		},
		"names of a number": {
			"      x-unknown-to-amazon:", "      x-names: {Rows: [Shelf.ShelfId]}\n      x-unknown-to-amazon:", "CreateShelf, x-names: the parameter Rows is integer, but must be a string",
		},
		"an unknown member that identifies": {
			"[Shelf.ShelfId]", "[Shelf.ShelfIdd]", "CreateShelf, x-creates: the member ShelfIdd does not exist, did you mean ShelfId?",
		},
		"a number that identifies": {
			"[Shelf.ShelfId]", "[Shelf.Rows]", "CreateShelf, x-creates: the member Shelf.Rows is integer, but must be a string",
		},
		"two kinds that are created": {
			"{shelf: [Shelf.ShelfId]}", "{shelf: [Shelf.ShelfId], book: [Shelf.ShelfId]}", "CreateShelf, x-creates: must name one kind of resource, with the members of the result that identify it",
		},
		"a read that creates": {
			"      x-read-only: true\n", "      x-read-only: true\n      x-creates: {shelf: [Marker]}\n", "DescribeShelves, x-creates: a read-only operation creates nothing: remove it",
		},
		"a hook that is a string": {
			"{class: idempotent,", "{class: idempotent, hook: recoverPutBooks,", `PutBooks, x-recovery: hook is "recoverPutBooks", but must be a boolean`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := fixture(t)
			if !strings.Contains(text, test.old) {
				t.Fatalf("testdata/store.yaml does not contain %q", test.old)
			}
			err := contractOf(t, split(t, strings.Replace(text, test.old, test.new, 1))).check()
			if err == nil {
				t.Fatal("the contract was accepted, want an error")
			}
			if !regexp.MustCompile(`^spec/store\.yaml:[1-9][0-9]*: ` + regexp.QuoteMeta(test.says) + "$").MatchString(err.Error()) {
				t.Errorf("the error is\n%v\nwant\n%s", err, test.says)
			}
		})
	}
}

// Without a declaration, names are derived from parameters and members with the same name.
func TestDerivedNames(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ old, new, want string }{
		"a required parameter":                  {"", "", "ShelfId: Shelf.ShelfId"},
		"an optional parameter":                 {"{name: ShelfId, in: query, type: string, required: true, description: The shelf.}\n        - {name: Kind,", "{name: ShelfId, in: query, type: string, description: The shelf.}\n        - {name: Kind,", ""},
		"declared":                              {"      x-unknown-to-amazon:", "      x-names: {ShelfId: [Shelf.ShelfId, Shelf.Topics]}\n      x-unknown-to-amazon:", "ShelfId: Shelf.ShelfId Shelf.Topics"},
		"declared as empty":                     {"      x-unknown-to-amazon:", "      x-names: {}\n      x-unknown-to-amazon:", ""},
		"a parameter that is not an identifier": {"{name: Topics.Topic.N,", "{name: Code, in: query, type: string, required: true, description: What opens it.}\n        - {name: Topics.Topic.N,", "ShelfId: Shelf.ShelfId"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := contractOf(t, split(t, strings.Replace(fixture(t), test.old, test.new, 1))).findings()
			if err := found.err(); err != nil {
				t.Fatal(err)
			}
			got := ""
			for name, members := range found.derivedNames(found.operations["CreateShelf"]) {
				got += name + ": " + strings.Join(members, " ")
			}
			if got != test.want {
				t.Errorf("derivedNames() = %q, want %q", got, test.want)
			}
		})
	}
}
