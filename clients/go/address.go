package space

import (
	"fmt"
	"os"
)

const (
	brokerVariable = "SEATRIAL_BROKER"
	tokenVariable  = "SEATRIAL_TOKEN"
)

// Available is true where there is a broker to ask, for tests that rather skip than fail without one.
func Available() bool {
	_, err := addressOf(os.Getenv)
	return err == nil
}

type address struct{ url, token string }

func addressOf(getenv func(string) string) (address, error) {
	found := address{url: getenv(brokerVariable), token: getenv(tokenVariable)}
	missing := brokerVariable
	if found.url != "" {
		missing = tokenVariable
	}
	if found.url != "" && found.token != "" {
		return found, nil
	}
	return address{}, &Error{
		Code:    "SPACE_BROKER_MISSING",
		Message: fmt.Sprintf("there is no broker to ask for a space: %s is not set", missing),
		Hint:    "Run the tests with `seatrial test`; or start what they need with `seatrial up`, then `seatrial exec -- go test ./...`.",
	}
}
