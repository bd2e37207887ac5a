package redshifttest

import (
	"slices"
	"strings"
	"unicode"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/internal/contract"
)

// declaredKind is a kind of resource that the fake implements from its declaration in the contract: one operation creates it, another
// describes it, and others may modify and delete it.
type declaredKind struct {
	noun      string // the name of the operation that creates it, without Create
	create    contract.Operation
	describe  contract.Operation
	others    []contract.Operation // operations that modify and delete it
	list      string               // the member of the result of describe that lists the resources
	structure string               // the definition of a resource
	members   []contract.Member
	generated []string           // identifying members that the caller cannot set
	missing   awsquery.ErrorCode // may be empty
	quota     awsquery.ErrorCode // may be empty
}

// declaredKinds returns the declared kinds. It omits a kind if the operation that creates or the one that describes it has a
// hand-written handler, because that handler does not see the declared resources.
func declaredKinds(operations []contract.Operation, handled map[string]handler) []*declaredKind {
	var all []*declaredKind
	for _, create := range operations {
		noun, isCreate := strings.CutPrefix(create.Name, "Create")
		declared := create.Recovery
		if !isCreate || handled[create.Name] != nil || declared == nil || len(declared.Settled) == 0 || len(declared.Keys) == 0 {
			continue
		}
		at := slices.IndexFunc(operations, func(one contract.Operation) bool { return one.Name == declared.Describe })
		if at < 0 || handled[declared.Describe] != nil {
			continue
		}
		one := &declaredKind{noun: noun, create: create, describe: operations[at], quota: quotaCode(create.Errors, noun)}
		for _, member := range one.describe.Result {
			if member.List && member.Structure != "" && (member.Name == declared.List || declared.List == "") {
				one.list, one.structure, one.members = member.Name, member.Structure, contract.Definition(member.Structure)
			}
		}
		if one.list == "" {
			continue
		}
		for _, other := range operations {
			about := other.Recovery != nil && other.Recovery.Describe == declared.Describe && handled[other.Name] == nil
			if about && (one.deletes(other) || one.modifies(other)) {
				one.add(other)
			}
		}
		if len(declared.Missing) > 0 {
			one.missing = declared.Missing[0]
		}
		all = append(all, one)
	}

	return all
}

func (k *declaredKind) deletes(operation contract.Operation) bool {
	return strings.HasPrefix(operation.Name, "Delete") && len(operation.Recovery.Missing) > 0
}

func (k *declaredKind) modifies(operation contract.Operation) bool {
	return strings.HasPrefix(operation.Name, "Modify") && len(k.keys(operation)) > 0
}

// add adds an operation that modifies or deletes the resource. If the operation identifies the resource by a member that the caller
// cannot set when creating it, the fake generates the value.
func (k *declaredKind) add(operation contract.Operation) {
	k.others = append(k.others, operation)
	for _, key := range k.keys(operation) {
		member, found := k.member(key.Name)
		isParam := slices.ContainsFunc(k.create.Params, func(param contract.Param) bool { return k.target(k.create, param) == key.Name })
		if found && !isParam && member.Type == typeString && !member.List && !slices.Contains(k.generated, key.Name) {
			k.generated = append(k.generated, key.Name)
		}
	}
	if k.missing == "" && len(operation.Recovery.Missing) > 0 {
		k.missing = operation.Recovery.Missing[0]
	}
}

// quotaCode returns the error code for an exceeded quota. It prefers the code that names the kind to the first code for a quota.
func quotaCode(codes []awsquery.ErrorCode, noun string) awsquery.ErrorCode {
	var first awsquery.ErrorCode
	for _, code := range codes {
		switch text := string(code); {
		case !strings.Contains(text, "QuotaExceeded"):
		case strings.HasPrefix(text, noun+"Quota"):
			return code
		case first == "":
			first = code
		}
	}

	return first
}

// handlers returns the handlers of the operations of the kind.
func (k *declaredKind) handlers() map[string]handler {
	all := map[string]handler{k.create.Name: k.createOne, k.describe.Name: k.describeAll}
	for _, operation := range k.others {
		if k.deletes(operation) {
			all[operation.Name] = func(c *call) (any, *failure) { return k.deleteOne(c, operation) }
		} else {
			all[operation.Name] = func(c *call) (any, *failure) { return k.modifyOne(c, operation) }
		}
	}

	return all
}

// keys returns the parameters of the Describe operation, with the parameters of another operation that have the same values. If the
// contract declares no keys, they are the required parameters that are members of the resource.
func (k *declaredKind) keys(operation contract.Operation) []contract.Pair {
	if len(operation.Recovery.Keys) > 0 {
		return operation.Recovery.Keys
	}
	var keys []contract.Pair
	for _, param := range operation.Params {
		if _, found := k.member(param.Name); found && param.Required && isPlain(param) {
			keys = append(keys, contract.Pair{Name: param.Name, Value: param.Name})
		}
	}

	return keys
}

func isPlain(param contract.Param) bool { return !param.List && param.Type != typeStructure }

// member returns a member of the resource.
func (k *declaredKind) member(name string) (contract.Member, bool) {
	at := slices.IndexFunc(k.members, func(member contract.Member) bool { return member.Name == name })
	if at < 0 {
		return contract.Member{}, false
	}

	return k.members[at], true
}

// at returns the shape of a member by its path, such as Endpoint.Port.
func (k *declaredKind) at(path string) (shape, bool) {
	s, found := shape{members: k.members}, true
	for name := range strings.SplitSeq(path, ".") {
		if s.List || !found {
			return shape{}, false
		}
		s, found = s.member(name)
	}

	return s, found
}

// target returns the path of the member that a parameter sets. The member may not exist.
func (k *declaredKind) target(operation contract.Operation, param contract.Param) string {
	name := paramShape(param).Name
	if operation.Recovery == nil {
		return name
	}
	for _, one := range slices.Concat(operation.Recovery.Identity, operation.Recovery.Same) {
		if one.Name == name {
			return one.Value
		}
	}
	if _, found := k.member(name); found {
		return name
	}
	if path, found := k.repeatedMember(operation, name); found {
		return path
	}
	for _, key := range operation.Recovery.Keys {
		if key.Value == name {
			return key.Name
		}
	}

	return name
}

// repeatedMember returns the path of the member with the same value as a parameter of an operation.
func (k *declaredKind) repeatedMember(operation contract.Operation, param string) (path string, found bool) {
	for _, names := range operation.Names {
		for _, path := range names.Members {
			_, inside, _ := strings.Cut(path, ".") // in the list, or in the structure of the result
			for _, member := range []string{inside, path} {
				if _, exists := k.at(member); exists && names.Param == param {
					return member, true
				}
			}
		}
	}

	return "", false
}

// sameForm reports whether a parameter has the form of a member. If so, it can set the member.
func sameForm(param contract.Param, member shape) bool {
	return param.List == member.List && (param.Type == typeStructure) == (member.Type == typeStructure)
}

// displayName returns the noun as words in lower case, such as subnet group. If the noun ends in a type that Amazon documents for
// resources with tags, it returns that type.
func (k *declaredKind) displayName() string {
	var text strings.Builder
	for i, r := range k.noun {
		if i > 0 && unicode.IsUpper(r) {
			text.WriteByte(' ')
		}
		text.WriteRune(unicode.ToLower(r))
	}
	for _, documented := range resourceTypes {
		if strings.HasSuffix(text.String(), " "+string(documented)) {
			return string(documented)
		}
	}

	return text.String()
}

// status returns the member with the status of a resource.
func (k *declaredKind) status() (contract.Member, bool) {
	var found contract.Member
	for _, member := range k.members {
		for _, end := range []string{"Status", "State"} {
			about, isStatus := strings.CutSuffix(member.Name, end)
			if !isStatus || member.Type != typeString || member.List {
				continue
			}
			if strings.HasSuffix(k.noun, about) { // Status, or SubnetGroupStatus of a ClusterSubnetGroup
				return member, true
			}
			if found.Name == "" {
				found = member
			}
		}
	}

	return found, found.Name != ""
}

// firstMatch returns the first of the wanted texts that is one of the values, in the spelling of the value. It ignores case. If
// there are no values, it returns the first wanted text. If nothing matches, it returns "".
func firstMatch(values []string, wanted ...string) string {
	if len(values) == 0 {
		return wanted[0]
	}
	for _, want := range wanted {
		for _, value := range values {
			if strings.EqualFold(value, want) {
				return value
			}
		}
	}

	return ""
}

// creationTime returns the name of the member with the time of creation, or "" if the kind has none.
func (k *declaredKind) creationTime() string {
	if _, found := k.member(k.create.Recovery.Since); found {
		return k.create.Recovery.Since
	}
	for _, member := range k.members {
		if member.Type == "date-time" && !member.List && strings.Contains(member.Name, "Creat") {
			return member.Name
		}
	}

	return ""
}

// taggable reports whether resources of the kind can have tags.
func (k *declaredKind) taggable() bool {
	_, found := k.member("Tags")

	return found || hasParam(k.create, tagsParameter)
}

// hasParam reports whether an operation has a parameter.
func hasParam(operation contract.Operation, param string) bool {
	return slices.ContainsFunc(operation.Params, func(one contract.Param) bool { return one.Name == param })
}
