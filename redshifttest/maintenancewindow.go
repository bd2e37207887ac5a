package redshifttest

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redshift-go/redshift/awsquery"
)

const (
	defaultMaintenanceWindow = "sun:05:00-sun:05:30"
	shortestWindow           = 30 // minutes
)

var (
	windowForm = regexp.MustCompile(`^([a-z]{3}):([01][0-9]|2[0-3]):([0-5][0-9])-([a-z]{3}):([01][0-9]|2[0-3]):([0-5][0-9])$`)
	weekdays   = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
)

// windowStart returns the minute of the week when a maintenance window such as Sun:05:00-Sun:05:30 starts. A window may end in the next
// week. Amazon documents no maximum length.
func windowStart(window string) (start int, failed *failure) {
	parts := windowForm.FindStringSubmatch(strings.ToLower(window))
	if parts == nil || !slices.Contains(weekdays, parts[1]) || !slices.Contains(weekdays, parts[4]) {
		return 0, fail(awsquery.ErrInvalidParameterValue,
			"The parameter PreferredMaintenanceWindow must have the form sun:05:00-sun:05:30, "+
				"with a day from mon to sun and a time from 00:00 to 23:59, not '%s'.", window)
	}
	start = minuteOfWeek(parts[1], parts[2], parts[3])
	end := minuteOfWeek(parts[4], parts[5], parts[6])
	if length := (end - start + minutesOfWeek) % minutesOfWeek; length < shortestWindow {
		return 0, fail(awsquery.ErrInvalidParameterValue,
			"The parameter PreferredMaintenanceWindow must last at least %d minutes, but '%s' lasts %d.", shortestWindow, window, length)
	}

	return start, nil
}

func minuteOfWeek(weekday, hour, minute string) int {
	hours, _ := strconv.Atoi(hour) // windowForm has checked both
	minutes, _ := strconv.Atoi(minute)

	return slices.Index(weekdays, weekday)*minutesOfDay + hours*60 + minutes
}

// nextWindow returns the start of the next maintenance window.
func nextWindow(window string, now time.Time) time.Time {
	start, failed := windowStart(window)
	if failed != nil {
		return time.Time{}
	}

	return scheduleTimes{minutes: []int{start}}.after(now, now)
}
