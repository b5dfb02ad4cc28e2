package space

import "time"

// The messages of protocol/broker.md, as far as this client needs them.

type sessionMessage struct {
	Session string `json:"session"`
}

type requestMessage struct {
	Space   string   `json:"space"`
	Test    string   `json:"test"`
	Session string   `json:"session,omitempty"`
	TTL     int64    `json:"ttl,omitempty"`
	Wait    int64    `json:"wait,omitempty"`
	With    []string `json:"with,omitempty"`
}

type spaceMessage struct {
	ID       string            `json:"id"`
	Space    string            `json:"space"`
	Service  string            `json:"service"`
	Kind     string            `json:"kind"`
	URL      string            `json:"url"`
	Values   map[string]string `json:"values"`
	Env      map[string]string `json:"env"`
	Files    []File            `json:"files"`
	LeasedAt time.Time         `json:"leasedAt"`
	Until    time.Time         `json:"until"`
}

type releaseMessage struct {
	Outcome Outcome `json:"outcome"`
}

type renewMessage struct {
	TTL int64 `json:"ttl,omitempty"`
}

type keepMessage struct {
	Time int64 `json:"time,omitempty"`
}

type spaceSummary struct {
	ID    string     `json:"id"`
	State string     `json:"state"`
	Until *time.Time `json:"until"`
}

// milliseconds rounds up, since zero is the default.
func milliseconds(d time.Duration) int64 {
	return int64((d + time.Millisecond - 1) / time.Millisecond)
}
