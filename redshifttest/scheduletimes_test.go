package redshifttest

import (
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redshift-go/redshift/awsquery"
	"github.com/redshift-go/redshift/models"
)

// monday is a Monday.
var monday = time.Date(2026, 11, 23, 9, 30, 0, 250e6, time.UTC)

func TestScheduleTimes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		definitions []string
		want        []string // the next times after monday, as weekday and time
	}{
		{[]string{"rate(1 hour)"}, []string{"Mon 10:30:00.25", "Mon 11:30:00.25"}},
		{[]string{"rate(24 hours)"}, []string{"Tue 09:30:00.25", "Wed 09:30:00.25"}},
		{[]string{" rate( 12  hours ) "}, []string{"Mon 21:30:00.25", "Tue 09:30:00.25"}},
		{[]string{"cron(30 12 *)"}, []string{"Mon 12:30:00", "Tue 12:30:00"}},
		{[]string{"cron(30 9 *)"}, []string{"Tue 09:30:00", "Wed 09:30:00"}},
		{[]string{"cron(31 9 ?)"}, []string{"Mon 09:31:00", "Tue 09:31:00"}},
		{[]string{"cron(0 * *)"}, []string{"Mon 10:00:00", "Mon 11:00:00"}},
		{[]string{"cron(0 1/6 MON-FRI)"}, []string{"Mon 13:00:00", "Mon 19:00:00", "Tue 01:00:00"}},
		{[]string{"cron(15 20-23/3,4 7)"}, []string{"Sat 04:15:00", "Sat 20:15:00", "Sat 23:15:00", "Sat 04:15:00"}},
		{[]string{"cron(0 4 sun,2)"}, []string{"Sun 04:00:00", "Mon 04:00:00", "Sun 04:00:00"}},
		{[]string{"cron(0 */12 1-7/3)"}, []string{"Wed 00:00:00", "Wed 12:00:00", "Sat 00:00:00", "Sat 12:00:00", "Sun 00:00:00"}},
		{[]string{"cron(30 0/6 SAT-SUN)"}, []string{ // one of Amazon's samples
			"Sat 00:30:00", "Sat 06:30:00", "Sat 12:30:00", "Sat 18:30:00", "Sun 00:30:00", "Sun 06:30:00", "Sun 12:30:00", "Sun 18:30:00",
			"Sat 00:30:00",
		}},
		{[]string{"cron(0 12 fri-Mon)"}, []string{"Mon 12:00:00", "Fri 12:00:00", "Sat 12:00:00", "Sun 12:00:00", "Mon 12:00:00"}},
		{[]string{"cron(0 4 FRI-MON)"}, []string{"Fri 04:00:00", "Sat 04:00:00", "Sun 04:00:00", "Mon 04:00:00", "Fri 04:00:00"}},
		{[]string{"cron(0 4 6-2)"}, []string{"Fri 04:00:00", "Sat 04:00:00", "Sun 04:00:00", "Mon 04:00:00", "Fri 04:00:00"}},
		{[]string{"cron(0 4 7-1)"}, []string{"Sat 04:00:00", "Sun 04:00:00", "Sat 04:00:00"}},
		{[]string{"cron(0 4 FRI-MON/2)"}, []string{"Fri 04:00:00", "Sun 04:00:00", "Fri 04:00:00"}},
		{[]string{"cron(0 4 SUN-SAT)"}, []string{"Tue 04:00:00", "Wed 04:00:00", "Thu 04:00:00"}},
		{[]string{"cron(0 4 TUE-MON)"}, []string{"Tue 04:00:00", "Wed 04:00:00", "Thu 04:00:00", "Fri 04:00:00", "Sat 04:00:00",
			"Sun 04:00:00", "Mon 04:00:00"}},
		{[]string{"cron(0 4 SAT-SAT,wed)"}, []string{"Wed 04:00:00", "Sat 04:00:00", "Wed 04:00:00"}},
		{[]string{"cron(0 4 MON)", "cron(30 16 THU)"}, []string{"Thu 16:30:00", "Mon 04:00:00", "Thu 16:30:00"}},
		{[]string{"cron(59 23 SAT)", "cron(59 0 SUN)"}, []string{"Sat 23:59:00", "Sun 00:59:00"}},
	} {
		times, failed := parseSchedule(test.definitions)
		if failed != nil {
			t.Errorf("%q: %s", test.definitions, failed.message)

			continue
		}
		var got []string
		next := monday
		for range test.want {
			next = times.after(next, monday)
			got = append(got, next.Format("Mon 15:04:05.999"))
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("the times of %q = %q, want %q", test.definitions, got, test.want)
		}
	}
}

func TestInvalidSchedules(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		definitions []string
		code        awsquery.ErrorCode
		message     string
	}{
		{nil, models.ErrInvalidSchedule, "no definition"},
		{[]string{""}, models.ErrInvalidSchedule, "neither"},
		{[]string{"12 hours"}, models.ErrInvalidSchedule, "neither"},
		{[]string{"rate(12 hours"}, models.ErrInvalidSchedule, "neither"},
		{[]string{"rate(0 hours)"}, models.ErrInvalidSchedule, "1 to 24 hours"},
		{[]string{"rate(25 hours)"}, models.ErrInvalidSchedule, "1 to 24 hours"},
		{[]string{"rate(30 minutes)"}, models.ErrInvalidSchedule, "not a rate in hours"},
		{[]string{"rate(1.5 hours)"}, models.ErrInvalidSchedule, "not a rate in hours"},
		{[]string{"rate(12 hours)", "rate(5 hours)"}, models.ErrInvalidSchedule, "a rate must be the only one"},
		{[]string{"cron(0 4 *)", "rate(5 hours)"}, models.ErrInvalidSchedule, "a rate must be the only one"},
		{[]string{"at(2026-11-23T10:00:00)"}, models.ErrScheduleDefinitionTypeUnsupported, "at("},
		{[]string{"cron(0 4)"}, models.ErrInvalidSchedule, "3 fields"},
		{[]string{"cron(0 4 * * ? *)"}, models.ErrInvalidSchedule, "3 fields"},
		{[]string{"cron(60 4 *)"}, models.ErrInvalidSchedule, "minutes, which is 0 to 59"},
		{[]string{"cron(0 24 *)"}, models.ErrInvalidSchedule, "hours, which is 0 to 23"},
		{[]string{"cron(0 4 0)"}, models.ErrInvalidSchedule, "day of the week, which is 1 to 7"},
		{[]string{"cron(0 4 8)"}, models.ErrInvalidSchedule, "day of the week"},
		{[]string{"cron(0 4 MO)"}, models.ErrInvalidSchedule, "day of the week"},
		{[]string{"cron(? 4 *)"}, models.ErrInvalidSchedule, "minutes"},
		{[]string{"cron(0 8-4 *)"}, models.ErrInvalidSchedule, "hours"},
		{[]string{"cron(30-10 8 *)"}, models.ErrInvalidSchedule, "minutes"},
		{[]string{"cron(0 4 8-1)"}, models.ErrInvalidSchedule, "day of the week"},
		{[]string{"cron(0 4 SAT-)"}, models.ErrInvalidSchedule, "day of the week"},
		{[]string{"cron(0 0 SAT-SUN)", "cron(30 23 FRI)"}, models.ErrInvalidSchedule, "30 minutes apart"},
		{[]string{"cron(0 4/0 *)"}, models.ErrInvalidSchedule, "hours"},
		{[]string{"cron(0 4, *)"}, models.ErrInvalidSchedule, "hours"},
		{[]string{"cron(0 004 *)"}, models.ErrInvalidSchedule, "hours"},
		{[]string{"cron(0 +4 *)"}, models.ErrInvalidSchedule, "hours"},
		{[]string{"cron(0,59 4 *)"}, models.ErrInvalidSchedule, "59 minutes apart"},
		{[]string{"cron(* * *)"}, models.ErrInvalidSchedule, "1 minutes apart"},
		{[]string{"cron(0 4 MON)", "cron(0 4 MON)"}, models.ErrInvalidSchedule, "0 minutes apart"},
		{[]string{"cron(59 23 SAT)", "cron(0 0 SUN)"}, models.ErrInvalidSchedule, "1 minutes apart"},
	} {
		if _, failed := parseSchedule(test.definitions); failed == nil || failed.code != test.code ||
			!strings.Contains(failed.message, test.message) {
			t.Errorf("parseSchedule(%q) = %+v, want %s with %q in the message", test.definitions, failed, test.code, test.message)
		}
	}
}

// TestManyDefinitions parses thousands of definitions. The first ones are already too many. It does not run in parallel, because it
// measures the memory of the process.
func TestManyDefinitions(t *testing.T) {
	definitions := slices.Repeat([]string{"cron(* * *)"}, 100_000)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, failed := parseSchedule(definitions); failed == nil || failed.code != models.ErrInvalidSchedule {
		t.Errorf("parseSchedule() = %+v", failed)
	}
	runtime.ReadMemStats(&after)
	if allocated := after.TotalAlloc - before.TotalAlloc; allocated > 1<<20 {
		t.Errorf("parseSchedule() allocated %d bytes", allocated)
	}
}

// FuzzSchedule compares the times of every valid schedule with a walk through the minutes of two weeks.
func FuzzSchedule(f *testing.F) {
	for _, definition := range []string{"rate(7 hours)", "cron(30 12 *)", "cron(15 20-23/3,4 7)", "cron(0 */2 MON-WED,SAT)",
		"cron(59 23 SAT)", "cron(30 0/6 SAT-SUN)"} {
		f.Add(definition, int64(0))
	}
	f.Add("cron(0 0 SUN)", int64(-250e6))
	f.Fuzz(func(t *testing.T, definition string, shift int64) {
		times, failed := parseSchedule([]string{definition})
		if failed != nil {
			return
		}
		start := monday.Add(time.Duration(shift % int64(14*day)))
		got := times.after(start, start)
		if times.interval > 0 {
			if got.Sub(start) != times.interval || times.interval%time.Hour != 0 || times.interval > day {
				t.Errorf("%q: the time after %v = %v", definition, start, got)
			}

			return
		}
		fields := strings.Fields(strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(definition), "cron("), ")"))
		minute := start.Truncate(time.Minute)
		for range 2 * minutesOfWeek {
			minute = minute.Add(time.Minute)
			if !minute.After(start) || !inCronField(fields[0], minute.Minute(), 59) || !inCronField(fields[1], minute.Hour(), 23) ||
				!inCronField(fields[2], int(minute.Weekday())+1, 7) {
				continue
			}
			if !got.Equal(minute) {
				t.Errorf("%q: the time after %v = %v, want %v", definition, start, got, minute)
			}

			return
		}
		t.Errorf("%q is valid, but never due", definition)
	})
}

// inCronField reports whether a number is in a field. It does not use the code of cronField.
func inCronField(field string, number, last int) bool {
	names := strings.NewReplacer("SUN", "1", "MON", "2", "TUE", "3", "WED", "4", "THU", "5", "FRI", "6", "SAT", "7")
	digits := func(text string) int {
		value := 0
		for _, digit := range text {
			value = 10*value + int(digit-'0')
		}

		return value
	}
	for _, item := range strings.Split(names.Replace(strings.ToUpper(field)), ",") {
		number := number
		rest, step, hasStep := strings.Cut(item, "/")
		from, to, hasTo := strings.Cut(rest, "-")
		first, end := digits(from), digits(to)
		switch {
		case from == "*" || from == "?":
			first, end = 0, last
			if last == 7 {
				first = 1
			}
		case !hasTo && hasStep:
			end = last
		case !hasTo:
			end = first
		}
		every := 1
		if hasStep {
			every = digits(step)
		}
		if end < first && number <= end { // a range of days may end in the next week
			number += 7
		}
		if end < first {
			end += 7
		}
		if number >= first && number <= end && (number-first)%every == 0 {
			return true
		}
	}

	return false
}
