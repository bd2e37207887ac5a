package redshifttest

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
)

// The families of cluster parameter groups, oldest first.
const (
	family1 = "redshift-1.0"
	family2 = "redshift-2.0"
)

var parameterFamilies = []string{family1, family2}

const (
	wlmParameter = "wlm_json_configuration"
	maxWLMText   = 8000 // characters
)

// The data types of parameters.
const (
	typeOfBoolean = "boolean"
	typeOfInteger = "integer"
)

// parameterDefinition is a parameter of a family, and the rule for its values.
type parameterDefinition struct {
	models.Parameter
	check func(value string) error // nil if AllowedValues is the whole rule
}

// defaultParameters returns the parameters of a family with their default values, sorted by name. Amazon documents the values of
// redshift-2.0. In the older family, require_ssl is false.
func defaultParameters(family string) []parameterDefinition {
	const booleans = "true,false"
	requireSSL := "false"
	if family == family2 {
		requireSSL = "true"
	}

	return []parameterDefinition{
		parameter("auto_analyze", "true", typeOfBoolean, booleans, "Whether Redshift analyzes tables automatically."),
		parameter("auto_mv", "true", typeOfBoolean, booleans, "Whether Redshift creates materialized views automatically."),
		parameter("datestyle", "ISO, MDY", typeString, "", "The format of dates and times.").checkedBy(checkDateStyle),
		parameter("enable_case_sensitive_identifier", "false", typeOfBoolean, booleans,
			"Whether the names of databases, tables and columns are case sensitive."),
		parameter("enable_user_activity_logging", "false", typeOfBoolean, booleans, "Whether the audit logs have the queries of users."),
		parameter("extra_float_digits", "0", typeOfInteger, "-15-2", "The number of additional digits of floating-point values."),
		parameter("max_concurrency_scaling_clusters", "1", typeOfInteger, "0-10", "The largest number of concurrency scaling clusters."),
		parameter("max_cursor_result_set_size", "default", typeOfInteger, "0-14400000", "Deprecated: the largest result set of a cursor."),
		parameter("query_group", "default", typeString, "", "The label of the queries of a session."),
		parameter("require_ssl", requireSSL, typeOfBoolean, booleans, "Whether connections must use SSL."),
		parameter("search_path", "$user, public", typeString, "", "The schemas for names without a schema, in the order of the search.").checkedBy(checkSearchPath),
		parameter("statement_timeout", "0", typeOfInteger, "0,100-2147483647",
			"The number of milliseconds after which a statement is stopped. 0 means never."),
		parameter("use_fips_ssl", "false", typeOfBoolean, booleans, "Whether SSL uses only modules that comply with FIPS."),
		parameter(wlmParameter, `[{"auto_wlm":true}]`, typeString, "", "The queues of workload management, as JSON.").checkedBy(checkWLM),
	}
}

// parameter returns a parameter. Only properties of wlm_json_configuration can change without a reboot.
func parameter(name, value, dataType, allowed, description string) parameterDefinition {
	apply := models.ParameterApplyTypeStatic
	if name == wlmParameter {
		apply = models.ParameterApplyTypeDynamic
	}

	return parameterDefinition{Parameter: models.Parameter{
		ParameterName:  name,
		ParameterValue: value,
		Description:    description,
		Source:         models.ParameterSourceEngineDefault,
		DataType:       dataType,
		AllowedValues:  allowed,
		ApplyType:      apply,
		IsModifiable:   new(true),
	}}
}

func (p parameterDefinition) checkedBy(check func(string) error) parameterDefinition {
	p.check = check

	return p
}

// checkValue refuses a value that the parameter cannot have. The default value is always valid.
func (p parameterDefinition) checkValue(value string) *failure {
	refuse := func(rule string) *failure {
		return fail(awsquery.ErrInvalidParameterValue, "The value '%s' of parameter %s is not valid: %s.", value, p.ParameterName, rule)
	}
	if value == p.ParameterValue {
		return nil
	}
	if p.AllowedValues != "" && !isAllowed(p.AllowedValues, p.DataType, value) {
		return refuse("the allowed values are " + p.AllowedValues)
	}
	if p.check != nil {
		if err := p.check(value); err != nil {
			return refuse(err.Error())
		}
	}

	return nil
}

var rangeForm = regexp.MustCompile(`^(-?[0-9]+)-(-?[0-9]+)$`)

// isAllowed reports whether a value is in AllowedValues: texts, numbers and ranges of numbers, with commas.
func isAllowed(allowed, dataType, value string) bool {
	return slices.ContainsFunc(strings.Split(allowed, ","), func(one string) bool {
		limits := rangeForm.FindStringSubmatch(one)
		if dataType != typeOfInteger || limits == nil {
			return value == one
		}
		number, err := strconv.Atoi(value)
		first, _ := strconv.Atoi(limits[1]) // both are numbers, as rangeForm says
		last, _ := strconv.Atoi(limits[2])

		return err == nil && number >= first && number <= last
	})
}

// checkDateStyle checks a format and an order of day, month and year. A value has one of them or both.
func checkDateStyle(value string) error {
	formats, orders := []string{"iso", "postgres", "sql", "german"}, []string{"dmy", "mdy", "ymd"}
	seen := make(map[bool]bool)
	for part := range strings.SplitSeq(value, ",") {
		part = strings.ToLower(strings.TrimSpace(part))
		isFormat := slices.Contains(formats, part)
		if !isFormat && !slices.Contains(orders, part) || seen[isFormat] {
			return fmt.Errorf("use a format (%s), an order (%s) or both", strings.Join(formats, ", "), strings.Join(orders, ", "))
		}
		seen[isFormat] = true
	}

	return nil
}

func checkSearchPath(value string) error {
	for schema := range strings.SplitSeq(value, ",") {
		if strings.TrimSpace(schema) == "" {
			return fmt.Errorf("the name of a schema is empty")
		}
	}

	return nil
}

// staticWLM are the properties of a queue that need a reboot of the cluster. The others are dynamic.
var staticWLM = []string{
	"auto_wlm", "query_group", "query_group_wild_card", "queue_type", "user_group", "user_group_wild_card", "user_role", "user_role_wild_card",
}

// wlmQueue is a queue of workload management.
type wlmQueue map[string]any

func parseWLM(value string) ([]wlmQueue, error) {
	var queues []wlmQueue
	if err := json.Unmarshal([]byte(value), &queues); err != nil {
		return nil, fmt.Errorf("it is not a JSON list of queues")
	}

	return queues, nil
}

// isDynamicWLM reports whether the differences between two configurations need no reboot: both have the same queues, and only dynamic
// properties differ.
func isDynamicWLM(before, after string) bool {
	old, oldErr := parseWLM(before)
	changed, err := parseWLM(after)
	if oldErr != nil || err != nil || len(old) != len(changed) {
		return false
	}
	for i := range old {
		for _, name := range staticWLM {
			if fmt.Sprint(old[i][name]) != fmt.Sprint(changed[i][name]) {
				return false
			}
		}
	}

	return true
}

// Limits of a configuration of workload management.
const (
	maxQueues      = 8 // without the default queue and the queue for short queries
	maxConcurrency = 50
	maxQueueName   = 64
	maxRules       = 25 // of all queues
	maxRuleName    = 32
	maxPredicates  = 3
	allMemory      = 100 // percent
)

// checkWLM checks a configuration of workload management. It refuses what Amazon's guide excludes.
func checkWLM(value string) error {
	if length := len([]rune(value)); length > maxWLMText {
		return fmt.Errorf("it has %d characters, and at most %d are allowed", length, maxWLMText)
	}
	queues, err := parseWLM(value)
	if err != nil {
		return err
	}
	if len(queues) == 0 {
		return fmt.Errorf("it has no queue")
	}
	names, rules, memory, withMemory, ordinary := make(map[any]bool), 0, 0.0, 0, 0
	for _, queue := range queues {
		if queue["short_query_queue"] == nil || len(queue) > 2 {
			ordinary++
		}
		if err := queue.check(); err != nil {
			return err
		}
		if name := queue["name"]; name != nil && names[name] {
			return fmt.Errorf("two queues have the name %v", name)
		}
		names[queue["name"]] = true
		if percent, found := queue["memory_percent_to_use"].(float64); found {
			memory += percent
			withMemory++
		}
		ofQueue, _ := queue["rules"].([]any)
		rules += len(ofQueue)
	}
	switch {
	case ordinary > maxQueues+1:
		return fmt.Errorf("it has %d queues, and at most %d and the default queue are allowed", ordinary, maxQueues)
	case withMemory > 0 && withMemory < ordinary:
		return fmt.Errorf("memory_percent_to_use must be set for all queues or for none")
	case memory > allMemory:
		return fmt.Errorf("the queues use %v percent of the memory", memory)
	case rules > maxRules:
		return fmt.Errorf("it has %d rules, and at most %d are allowed", rules, maxRules)
	}

	return nil
}

// wlmProperties are the rules for the properties of a queue.
var wlmProperties = map[string]func(value any) bool{
	"auto_wlm":              isBool,
	"concurrency_scaling":   isOneOf("auto", "off"),
	"max_execution_time":    isNumberIn(0, 1<<31-1),
	"memory_percent_to_use": isNumberIn(0, allMemory),
	"name":                  isName(maxQueueName, "_ "),
	"priority":              isOneOf("highest", "high", "normal", "low", "lowest"),
	"query_concurrency":     isNumberIn(1, maxConcurrency),
	"query_group":           isTexts,
	"query_group_wild_card": isSwitch,
	"queue_type":            isOneOf("auto", "manual"),
	"rules":                 isRules,
	"short_query_queue":     isBool,
	"user_group":            isTexts,
	"user_group_wild_card":  isSwitch,
	"user_role":             isTexts,
	"user_role_wild_card":   isSwitch,
}

func (q wlmQueue) check() error {
	for _, name := range slices.Sorted(maps.Keys(q)) {
		switch valid := wlmProperties[name]; {
		case valid == nil:
			return fmt.Errorf("a queue has no property %s", name)
		case !valid(q[name]):
			return fmt.Errorf("a queue has the value %v of %s", q[name], name)
		}
	}
	if q["priority"] != nil && q["auto_wlm"] != true {
		return fmt.Errorf("priority needs auto_wlm")
	}

	return nil
}

func isBool(value any) bool {
	_, valid := value.(bool)

	return valid
}

// isSwitch accepts 0 and 1, and booleans as Amazon's console writes them.
func isSwitch(value any) bool { return isBool(value) || value == 0.0 || value == 1.0 }

func isNumberIn(first, last float64) func(any) bool {
	return func(value any) bool {
		number, valid := value.(float64)

		return valid && number >= first && number <= last && number == float64(int64(number))
	}
}

func isOneOf(texts ...string) func(any) bool {
	return func(value any) bool {
		text, valid := value.(string)

		return valid && slices.Contains(texts, text)
	}
}

// isName accepts ASCII letters, digits and the other characters.
func isName(longest int, others string) func(any) bool {
	return func(value any) bool {
		text, valid := value.(string)
		isOther := func(r rune) bool {
			return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(others, r)
		}

		return valid && text != "" && len(text) <= longest && !strings.ContainsFunc(text, isOther)
	}
}

// isTexts accepts a text with commas, or a list of texts.
func isTexts(value any) bool {
	if _, isText := value.(string); isText {
		return true
	}
	list, isList := value.([]any)

	return isList && !slices.ContainsFunc(list, func(one any) bool {
		_, isText := one.(string)

		return !isText
	})
}

// isRules checks the query monitoring rules of a queue.
func isRules(value any) bool {
	rules, isList := value.([]any)
	names := make(map[any]bool)
	for _, one := range rules {
		rule, isObject := one.(map[string]any)
		predicates, _ := rule["predicate"].([]any)
		if !isObject || !isName(maxRuleName, "_")(rule["rule_name"]) || names[rule["rule_name"]] ||
			len(predicates) == 0 || len(predicates) > maxPredicates || slices.ContainsFunc(predicates, isNotPredicate) || !isAction(rule["action"]) {
			return false
		}
		names[rule["rule_name"]] = true
	}

	return isList
}

func isNotPredicate(value any) bool {
	predicate, _ := value.(map[string]any)
	_, hasMetric := predicate["metric_name"].(string)

	return !hasMetric || !isOneOf("=", "<", ">")(predicate["operator"]) || predicate["value"] == nil
}

// isAction accepts the name of an action, or a structure with the name.
func isAction(value any) bool {
	if action, isObject := value.(map[string]any); isObject {
		value = action["value"]
	}

	return isOneOf("log", "hop", "abort", "change_query_priority")(value)
}
