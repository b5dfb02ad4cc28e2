// Package fee says what a stay in the garage costs.
package fee

import "time"

const (
	free       = 10 * time.Minute
	perHour    = 250
	perDay     = 1800
	lostTicket = 3 * perDay
)

// Of gives cents. Ten minutes are free, each further hour that has begun counts, and no day costs more than a day ticket.
func Of(stay time.Duration) int {
	if stay <= free {
		return 0
	}
	days := int(stay / (24 * time.Hour))
	rest := stay % (24 * time.Hour)
	hours := int((rest + time.Hour - 1) / time.Hour)
	return days*perDay + min(hours*perHour, perDay)
}

// Lost gives cents for a car whose ticket is gone.
func Lost() int { return lostTicket }
