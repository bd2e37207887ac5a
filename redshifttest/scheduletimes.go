package redshifttest

import (
	"fmt"
	"math/bits"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redshift-go/redshift/models"
)

// scheduleTimes are the times of a schedule: an interval, or minutes of the week in UTC.
type scheduleTimes struct {
	interval time.Duration
	minutes  []int // since Sunday 00:00, sorted
}

const (
	minutesOfDay   = 24 * 60
	minutesOfWeek  = 7 * minutesOfDay
	closestMinutes = 60 // between two snapshots
	longestHours   = 24 // of a rate
)

var (
	definitionForm = regexp.MustCompile(`^([a-z]+)\(([^()]*)\)$`)
	rateForm       = regexp.MustCompile(`^([0-9]{1,9}) +(hour|hours)$`)
)

// parseSchedule parses definitions such as rate(12 hours) and cron(30 4 MON-FRI).
func parseSchedule(definitions []string) (scheduleTimes, *failure) {
	if len(definitions) == 0 {
		return scheduleTimes{}, invalidSchedule("it has no definition")
	}
	var times scheduleTimes
	for _, definition := range definitions {
		parts := definitionForm.FindStringSubmatch(strings.TrimSpace(definition))
		if parts == nil {
			return scheduleTimes{}, invalidSchedule("'%s' has neither the form rate(12 hours) nor the form cron(30 4 MON-FRI)", definition)
		}
		var failed *failure
		switch kind, text := parts[1], strings.TrimSpace(parts[2]); {
		case kind == "rate" && len(definitions) > 1:
			failed = invalidSchedule("'%s' overlaps with the other definitions, because a rate must be the only one", definition)
		case kind == "rate":
			times.interval, failed = parseRate(text)
		case kind == "cron":
			var minutes []int
			minutes, failed = parseCron(text)
			times.minutes = append(times.minutes, minutes...)
		default:
			failed = fail(models.ErrScheduleDefinitionTypeUnsupported,
				"The schedule definition '%s' is of a type that is not supported.", definition)
		}
		if failed != nil {
			return scheduleTimes{}, failed
		}
		if len(times.minutes) > minutesOfWeek/closestMinutes {
			break // some of them are less than an hour apart
		}
	}
	slices.Sort(times.minutes)
	for i, minute := range times.minutes {
		apart := minutesOfWeek
		if i > 0 {
			apart = minute - times.minutes[i-1]
		} else if last := times.minutes[len(times.minutes)-1]; last != minute {
			apart += minute - last
		}
		if apart < closestMinutes {
			return scheduleTimes{}, invalidSchedule("two of its snapshots are %d minutes apart, which is less than an hour", apart)
		}
	}

	return times, nil
}

func invalidSchedule(format string, arguments ...any) *failure {
	return fail(models.ErrInvalidSchedule, "The schedule is not valid: %s.", fmt.Sprintf(format, arguments...))
}

func parseRate(text string) (time.Duration, *failure) {
	parts := rateForm.FindStringSubmatch(text)
	if parts == nil {
		return 0, invalidSchedule("'%s' is not a rate in hours", text)
	}
	hours, err := strconv.Atoi(parts[1])
	if err != nil || hours < 1 || hours > longestHours {
		return 0, invalidSchedule("a rate must be 1 to %d hours, not %s", longestHours, parts[1])
	}

	return time.Duration(hours) * time.Hour, nil
}

// parseCron returns the minutes of the week that match all three fields.
func parseCron(text string) ([]int, *failure) {
	const fields = 3
	parts := strings.Fields(text)
	if len(parts) != fields {
		return nil, invalidSchedule("cron must have %d fields (minutes, hours and day of the week), not %d as in '%s'", fields, len(parts), text)
	}
	var sets [fields]uint64
	for i, field := range []cronField{
		{name: "minutes", last: 59},
		{name: "hours", last: 23},
		{name: "day of the week", first: 1, last: 7, names: []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}},
	} {
		set, failed := field.parse(parts[i])
		if failed != nil {
			return nil, failed
		}
		sets[i] = set
	}
	var minutes []int
	for weekday := range numbersIn(sets[2]) {
		for hour := range numbersIn(sets[1]) {
			for minute := range numbersIn(sets[0]) {
				minutes = append(minutes, (weekday-1)*minutesOfDay+hour*60+minute)
			}
		}
	}

	return minutes, nil
}

// numbersIn iterates over the numbers in a set.
func numbersIn(set uint64) func(func(int) bool) {
	return func(yield func(int) bool) {
		for ; set != 0; set &= set - 1 {
			if !yield(bits.TrailingZeros64(set)) {
				return
			}
		}
	}
}

// cronField describes a field of cron: single numbers, ranges and steps. The numbers can have names.
type cronField struct {
	name        string
	first, last int
	names       []string // of the numbers, starting at first
}

func (f cronField) parse(text string) (set uint64, failed *failure) {
	for item := range strings.SplitSeq(text, ",") {
		first, last, step, ok := f.item(item)
		if !ok {
			return 0, invalidSchedule("'%s' is not a value of %s, which is %d to %d", item, f.name, f.first, f.last)
		}
		for number := first; number <= last; number += step {
			if number > f.last {
				set |= 1 << (number - f.size())
			} else {
				set |= 1 << number
			}
		}
	}

	return set, nil
}

// size returns the number of values of the field.
func (f cronField) size() int { return f.last - f.first + 1 }

// item parses *, ?, 5, 5-9, 5/3, */3 and 5-9/3. A range of days may end in the next week, as in Amazon's sample SAT-SUN. Then last is
// greater than the last number of the field.
func (f cronField) item(text string) (first, last, step int, ok bool) {
	all, stepText, hasStep := strings.Cut(text, "/")
	step = 1
	if hasStep {
		var err error
		if step, err = strconv.Atoi(stepText); err != nil || step < 1 || step > f.last {
			return 0, 0, 0, false
		}
	}
	if all == "*" || all == "?" && f.names != nil {
		return f.first, f.last, step, true
	}
	from, to, isRange := strings.Cut(all, "-")
	first, ok = f.number(from)
	last = first
	switch {
	case !ok:
	case isRange:
		last, ok = f.number(to)
		if last < first && f.names != nil {
			last += f.size()
		}
	case hasStep:
		last = f.last
	}

	return first, last, step, ok && first <= last
}

func (f cronField) number(text string) (int, bool) {
	if index := slices.Index(f.names, strings.ToUpper(text)); index >= 0 {
		return f.first + index, true
	}
	number, err := strconv.ParseUint(text, 10, 8) // accepts no sign

	return int(number), err == nil && int(number) >= f.first && int(number) <= f.last && len(text) <= 2
}

// after returns the first time of the schedule after a time. An interval counts from start.
func (s scheduleTimes) after(after, start time.Time) time.Time {
	if s.interval > 0 {
		// Seconds, because a Duration can hold at most 292 years.
		interval := int64(s.interval / time.Second)
		passed := max(after.Unix()-start.Unix(), 0) / interval
		next := time.Unix(start.Unix()+passed*interval, int64(start.Nanosecond())).UTC()
		if passed == 0 || !next.After(after) {
			next = next.Add(s.interval)
		}

		return next
	}
	after = after.UTC()
	midnight := time.Date(after.Year(), after.Month(), after.Day(), 0, 0, 0, 0, time.UTC)
	week := midnight.AddDate(0, 0, -int(after.Weekday()))
	index, _ := slices.BinarySearch(s.minutes, int(after.Sub(week)/time.Minute)+1)
	if index == len(s.minutes) {
		index, week = 0, week.AddDate(0, 0, 7)
	}

	return week.Add(time.Duration(s.minutes[index]) * time.Minute)
}
