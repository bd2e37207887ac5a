package redshifttest

import (
	"math/bits"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// actionTimes are the times of a scheduled action: one time, or the times that match a cron expression, in UTC.
type actionTimes struct {
	once time.Time // zero for a cron expression
	cron cronTimes
}

// cronTimes are the times that match a cron expression of six fields. Runs are at least an hour apart. Therefore the expression has one
// minute.
type cronTimes struct {
	minute int
	hours  uint64
	days   dayRule
	months uint64
	week   dayRule
	years  []yearRange
}

// dayRule selects days, of the month or of the week.
type dayRule struct {
	any     bool // ?, because the other rule decides
	set     uint64
	last    bool // L: the last day of the month, or the last of the weekdays in set
	nearest int  // 15W: the working day that is nearest to the day, and 0 if the rule has none
	nth     int  // 6#3: the third of the weekdays in set, and 0 if the rule has none
}

// yearRange is a range of years, with a step.
type yearRange struct{ first, last, step int }

const (
	firstYear  = 1970
	lastYear   = 2199
	atLayout   = "2006-01-02T15:04:05"
	cronFields = 6
	daysOfWeek = 7
)

var (
	dayOfMonthField = cronField{name: "day of the month", first: 1, last: 31}
	monthField      = cronField{
		name: "month", first: 1, last: 12,
		names: []string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"},
	}
	weekdayField = cronField{name: "day of the week", first: 1, last: 7, names: []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}}
	nearestForm  = regexp.MustCompile(`^([0-9]{1,2})W$`)
	nthForm      = regexp.MustCompile(`^([A-Za-z0-9]{1,3})#([1-5])$`)
	lastForm     = regexp.MustCompile(`^([A-Za-z0-9]{1,3})L$`)
)

// parseActionSchedule parses a schedule such as at(2027-03-04T17:27:00) and cron(0 10 ? * MON *).
func parseActionSchedule(text string) (actionTimes, *failure) {
	parts := definitionForm.FindStringSubmatch(strings.TrimSpace(text))
	switch {
	case parts != nil && parts[1] == "at":
		at, err := time.Parse(atLayout, strings.TrimSpace(parts[2]))
		if err != nil {
			return actionTimes{}, invalidSchedule("'%s' is not a time such as 2027-03-04T17:27:00", parts[2])
		}

		return actionTimes{once: at}, nil
	case parts != nil && parts[1] == "cron":
		cron, failed := parseActionCron(parts[2])

		return actionTimes{cron: cron}, failed
	default:
		return actionTimes{}, invalidSchedule("'%s' has neither the form at(2027-03-04T17:27:00) nor the form cron(0 10 ? * MON *)", text)
	}
}

func parseActionCron(text string) (cronTimes, *failure) {
	fields := strings.Fields(text)
	if len(fields) != cronFields {
		return cronTimes{}, invalidSchedule("cron must have %d fields (minutes, hours, day of the month, month, day of the week and year), "+
			"not %d as in '%s'", cronFields, len(fields), text)
	}
	minutes, failed := cronField{name: "minutes", last: 59}.parse(fields[0])
	if failed != nil {
		return cronTimes{}, failed
	}
	if bits.OnesCount64(minutes) > 1 {
		return cronTimes{}, invalidSchedule("two runs are less than an hour apart, because '%s' has several minutes", fields[0])
	}
	times := cronTimes{minute: bits.TrailingZeros64(minutes)}
	for _, parse := range []func() *failure{
		func() (failed *failure) {
			times.hours, failed = cronField{name: "hours", last: 23}.parse(fields[1])
			return failed
		},
		func() (failed *failure) { times.days, failed = parseDayOfMonth(fields[2]); return failed },
		func() (failed *failure) { times.months, failed = monthField.parse(fields[3]); return failed },
		func() (failed *failure) { times.week, failed = parseWeekday(fields[4]); return failed },
		func() (failed *failure) { times.years, failed = parseYears(fields[5]); return failed },
	} {
		if failed := parse(); failed != nil {
			return cronTimes{}, failed
		}
	}
	if times.days.any == times.week.any {
		return cronTimes{}, invalidSchedule("either the day of the month or the day of the week must be ?")
	}

	return times, nil
}

func parseDayOfMonth(text string) (dayRule, *failure) {
	nearest := nearestForm.FindStringSubmatch(text)
	switch {
	case text == "?":
		return dayRule{any: true}, nil
	case text == "L":
		return dayRule{last: true}, nil
	case nearest != nil:
		day, valid := dayOfMonthField.number(nearest[1])
		if !valid {
			return dayRule{}, invalidSchedule("'%s' is not a day of the month", text)
		}

		return dayRule{nearest: day}, nil
	}
	set, failed := dayOfMonthField.parse(text)

	return dayRule{set: set}, failed
}

func parseWeekday(text string) (dayRule, *failure) {
	if text == "?" {
		return dayRule{any: true}, nil
	}
	if text == "L" {
		return dayRule{set: 1 << daysOfWeek}, nil // Saturday
	}
	rule := dayRule{}
	if parts := nthForm.FindStringSubmatch(text); parts != nil {
		text, rule.nth = parts[1], int(parts[2][0]-'0')
	} else if parts := lastForm.FindStringSubmatch(text); parts != nil {
		text, rule.last = parts[1], true
	}
	set, failed := weekdayField.parse(text)
	rule.set = set

	return rule, failed
}

func parseYears(text string) ([]yearRange, *failure) {
	field := cronField{name: "year", first: firstYear, last: lastYear}
	var years []yearRange
	for item := range strings.SplitSeq(text, ",") {
		all, stepText, hasStep := strings.Cut(item, "/")
		step, err := 1, error(nil)
		if hasStep {
			step, err = strconv.Atoi(stepText)
		}
		one := yearRange{first: firstYear, last: lastYear, step: step}
		if all != "*" {
			from, to, isRange := strings.Cut(all, "-")
			one.first, _ = strconv.Atoi(from) // a mistake is 0, which is not a year
			if one.last = one.first; isRange {
				one.last, _ = strconv.Atoi(to)
			} else if hasStep {
				one.last = lastYear
			}
		}
		if err != nil || step < 1 || one.first < firstYear || one.last > lastYear || one.first > one.last {
			return nil, invalidSchedule("'%s' is not a value of %s, which is %d to %d", item, field.name, field.first, field.last)
		}
		years = append(years, one)
	}

	return years, nil
}

// after returns the first time of the schedule after a time. It returns false if the schedule has no more times.
func (t actionTimes) after(after time.Time) (time.Time, bool) {
	if !t.once.IsZero() {
		return t.once, t.once.After(after)
	}

	return t.cron.after(after)
}

func (t cronTimes) after(after time.Time) (time.Time, bool) {
	after = after.UTC()
	day := time.Date(after.Year(), after.Month(), after.Day(), 0, 0, 0, 0, time.UTC)
	for day.Year() <= lastYear {
		switch {
		case !t.hasYear(day.Year()):
			day = time.Date(day.Year()+1, time.January, 1, 0, 0, 0, 0, time.UTC)
		case t.months&(1<<day.Month()) == 0:
			day = time.Date(day.Year(), day.Month()+1, 1, 0, 0, 0, 0, time.UTC)
		default:
			if t.hasDay(day) {
				for hour := range numbersIn(t.hours) {
					if at := day.Add(time.Duration(hour)*time.Hour + time.Duration(t.minute)*time.Minute); at.After(after) {
						return at, true
					}
				}
			}
			day = day.AddDate(0, 0, 1)
		}
	}

	return time.Time{}, false
}

func (t cronTimes) hasYear(year int) bool {
	for _, years := range t.years {
		if year >= years.first && year <= years.last && (year-years.first)%years.step == 0 {
			return true
		}
	}

	return false
}

func (t cronTimes) hasDay(day time.Time) bool {
	lastDay := time.Date(day.Year(), day.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
	if !t.week.any {
		isWeekday := t.week.set&(1<<(int(day.Weekday())+1)) != 0
		switch {
		case t.week.nth > 0:
			return isWeekday && (day.Day()-1)/daysOfWeek+1 == t.week.nth
		case t.week.last:
			return isWeekday && day.Day()+daysOfWeek > lastDay
		default:
			return isWeekday
		}
	}
	switch {
	case t.days.last:
		return day.Day() == lastDay
	case t.days.nearest > 0:
		return t.days.nearest <= lastDay && day.Day() == nearestWorkday(day, t.days.nearest, lastDay)
	default:
		return t.days.set&(1<<day.Day()) != 0
	}
}

// nearestWorkday returns the day from Monday to Friday that is nearest to a day of a month, in the same month.
func nearestWorkday(month time.Time, wanted, lastDay int) int {
	switch time.Date(month.Year(), month.Month(), wanted, 0, 0, 0, 0, time.UTC).Weekday() {
	case time.Saturday:
		if wanted == 1 {
			return wanted + 2
		}

		return wanted - 1
	case time.Sunday:
		if wanted == lastDay {
			return wanted - 2
		}

		return wanted + 1
	default:
		return wanted
	}
}
