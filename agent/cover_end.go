package main

import (
	"errors"
	"os"
	"slices"
	"syscall"
	"time"
)

const (
	// repeatedAfter tells a second request to end from one that was sent to the wrapper twice.
	repeatedAfter = 300 * time.Millisecond
	// secondRequest and secondShare are what is left after the second request to end: for all, and for the program.
	secondRequest = 3 * time.Second
	secondShare   = time.Second
)

// waitForApp passes signals on until the program has ended, and kills it when it takes longer than its share.
func (w *wrapper) waitForApp(signals <-chan os.Signal) {
	kill := newAlarm()
	defer kill.Stop()
	for {
		select {
		case <-w.app.exited:
			return
		case caught := <-signals:
			sig := caught.(syscall.Signal)
			w.app.forward(sig)
			if w.asksToEnd(sig) {
				kill.Reset(w.toldToEnd())
			}
		case <-kill.C:
			w.app.kill()
		case <-w.life.ctx.Done():
			w.app.kill()
			select {
			case <-w.app.exited:
			case <-time.After(lastMoment):
				// Not even killing helped.
			}
			return
		}
	}
}

// newAlarm is a timer that is not set.
func newAlarm() *time.Timer {
	alarm := time.NewTimer(time.Hour)
	alarm.Stop()
	return alarm
}

// asksToEnd tells the signals that platforms end containers with. At a terminal, interrupts are the program's own matter.
func (w *wrapper) asksToEnd(sig syscall.Signal) bool {
	return sig == syscall.SIGTERM || (!w.terminal.present && (sig == syscall.SIGINT || sig == syscall.SIGQUIT))
}

// toldToEnd begins the end, or shortens it, and returns how long the program still has.
func (w *wrapper) toldToEnd() time.Duration {
	now := time.Now()
	if w.told.IsZero() {
		w.told, w.toldLast = now, now
		w.life.endWithin(w.sending())
	} else if now.Sub(w.toldLast) > repeatedAfter {
		w.toldLast = now
		w.repeated++
	}
	left := time.Until(w.told.Add(w.share()))
	switch w.repeated {
	case 0:
		return left
	case 1:
		w.life.endWithin(secondRequest)
		return min(left, secondShare)
	default:
		w.life.endWithin(lastMoment)
		return 0
	}
}

// sending is the budget without what the wrapper needs for its own end: platforms kill on time.
func (w *wrapper) sending() time.Duration { return w.settings.budget * 19 / 20 }

func (w *wrapper) share() time.Duration {
	return time.Duration(float64(w.settings.budget) * w.settings.share)
}

// deliver sends what is there within what is left of the budget, which begins now when nobody asked for the end.
func (w *wrapper) deliver(c *courier, signals <-chan os.Signal) coverSummary {
	told := w.told
	w.life.endWithin(w.sending())
	delivered := make(chan coverSummary, 1)
	go func() {
		if w.app != nil {
			w.app.settle(w.life, min(stragglerGrace, w.share()), !told.IsZero())
		}
		end := w.endOf(told, w.find())
		manifest := c.finish(end)
		delivered <- c.summarize(end, w.find(), manifest)
	}()
	over := w.life.ctx.Done()
	for {
		select {
		case summary := <-delivered:
			return summary
		case caught := <-signals:
			sig := caught.(syscall.Signal)
			if w.asksToEnd(sig) {
				w.toldToEnd()
			} else if sig == syscall.SIGINT {
				// Nobody but the wrapper can be meant now.
				w.life.endWithin(lastMoment)
			}
		case <-over:
			return w.summarizeLate(c, told, delivered)
		}
	}
}

var errFolderHangs = errors.New("the folder of profiles cannot be read: its volume does not answer")

// summarizeLate says what is known when the time is over, before the platform's own time is: a sender may not even hear of it, and the
// volume of the profiles may hang, so that no look at it may be waited for either.
func (w *wrapper) summarizeLate(c *courier, told time.Time, delivered <-chan coverSummary) coverSummary {
	over := time.After(w.settings.budget / 40)
	type sight struct {
		end   unitEnd
		found []profileFile
	}
	seen := make(chan sight, 1)
	go func() {
		found := w.find()
		seen <- sight{w.endOf(told, found), found}
	}()
	select {
	case summary := <-delivered:
		return summary
	case <-over:
	}
	select {
	case s := <-seen:
		return c.summarize(s.end, s.found, errNoAnswer)
	default:
		summary := c.summarize(w.endUnseen(), nil, errFolderHangs)
		summary.Folder = w.folder
		return summary
	}
}

// endUnseen is what is known of the program's end without a look at its profiles.
func (w *wrapper) endUnseen() unitEnd {
	end := unitEnd{at: time.Now(), problems: slices.Clone(w.problems)}
	if w.app == nil {
		return end
	}
	if end.exit = w.app.exitOf(); end.exit != nil {
		end.at = w.app.ended
	}
	return end
}

func (w *wrapper) endOf(told time.Time, profiles []profileFile) unitEnd {
	end := w.endUnseen()
	found := coverEnd{service: w.settings.program(), how: "is said to have ended", folder: w.folder, languages: w.settings.languages}
	if w.app != nil {
		found.how, found.saysCover = w.app.describeEnd(told), buildSetting(w.settings.argv[0], "-cover") == "true"
		found.suddenly = end.exit == nil || end.exit.Signal != nil
	}
	found.at = end.at
	end.problems = append(end.problems, diagnose(found, profiles)...)
	return end
}
