package main

import (
	"encoding/binary"
	"errors"
	"fmt"
)

const (
	kafkaMetadata    = 3
	kafkaApiVersions = 18
)

// probeKafka asks which versions the broker speaks, then which brokers the cluster has: ready is one that knows at least
// one, so that clients find a leader. Kafka tells nothing that changes with a restart, so there is no instance.
func probeKafka(conn *probeConn) (probeAnswer, error) {
	versions, err := kafkaAsk(conn, kafkaRequest{key: kafkaApiVersions, name: "ApiVersions"})
	if err != nil {
		return probeAnswer{}, err
	}
	if code := versions.int16(); code != 0 {
		return probeAnswer{}, fmt.Errorf("ApiVersions was answered by error %d", code)
	}
	speaksMetadata := false
	for count := versions.count(6); count > 0; count-- {
		key, lowest, highest := versions.int16(), versions.int16(), versions.int16()
		speaksMetadata = speaksMetadata || key == kafkaMetadata && lowest <= 1 && highest >= 1
	}
	if versions.bad {
		return probeAnswer{}, conn.unlike("Kafka", versions.whole)
	}
	if !speaksMetadata {
		return probeAnswer{}, errors.New("the broker does not speak version 1 of Metadata")
	}
	// No topics: the brokers are all we want.
	metadata, err := kafkaAsk(conn, kafkaRequest{key: kafkaMetadata, version: 1, body: []byte{0, 0, 0, 0}, name: "Metadata"})
	if err != nil {
		return probeAnswer{}, err
	}
	brokers, first := metadata.count(12), ""
	for i := range brokers {
		metadata.skip(4)
		address := fmt.Sprintf("%s:%d", metadata.text(), metadata.int32())
		metadata.text()
		if i == 0 {
			first = address
		}
	}
	if metadata.bad {
		return probeAnswer{}, conn.unlike("Kafka", metadata.whole)
	}
	if brokers == 0 {
		return probeAnswer{}, errors.New("answers, but knows no broker yet")
	}
	return probeAnswer{Saw: fmt.Sprintf("brokers known: %d, first %s", brokers, conn.says(first))}, nil
}

type kafkaRequest struct {
	key, version int16
	body         []byte
	name         string
}

func kafkaAsk(conn *probeConn, request kafkaRequest) (*kafkaReader, error) {
	const client = "seatrial-probe"
	// The correlation id only has to differ between our two requests.
	id := uint32(request.key)
	message := binary.BigEndian.AppendUint16(nil, uint16(request.key))
	message = binary.BigEndian.AppendUint16(message, uint16(request.version))
	message = binary.BigEndian.AppendUint32(message, id)
	message = binary.BigEndian.AppendUint16(message, uint16(len(client)))
	message = append(append(message, client...), request.body...)
	framed := append(binary.BigEndian.AppendUint32(nil, uint32(len(message))), message...)
	if err := conn.send(framed, "an answer to "+request.name); err != nil {
		return nil, err
	}
	head, err := conn.take(8)
	if err != nil {
		return nil, err
	}
	length := binary.BigEndian.Uint32(head)
	if length < 4 || length > probeMaxMessage || binary.BigEndian.Uint32(head[4:]) != id {
		return nil, conn.unlike("Kafka", head)
	}
	body, err := conn.take(int(length) - 4)
	if err != nil {
		return nil, err
	}
	return &kafkaReader{whole: body, rest: body}, nil
}

// kafkaReader reads a response's fields in order. Past its end every field is zero, and bad stays set.
type kafkaReader struct {
	whole, rest []byte
	bad         bool
}

func (r *kafkaReader) skip(n int) []byte {
	if n > len(r.rest) {
		r.bad, r.rest = true, nil
		return nil
	}
	taken := r.rest[:n]
	r.rest = r.rest[n:]
	return taken
}

func (r *kafkaReader) int16() int16 {
	if data := r.skip(2); data != nil {
		return int16(binary.BigEndian.Uint16(data))
	}
	return 0
}

func (r *kafkaReader) int32() int32 {
	if data := r.skip(4); data != nil {
		return int32(binary.BigEndian.Uint32(data))
	}
	return 0
}

// text reads a string; null is empty.
func (r *kafkaReader) text() string {
	return string(r.skip(max(0, int(r.int16()))))
}

// count reads an array's length, which the bytes left must be able to hold.
func (r *kafkaReader) count(elementSize int) int {
	count := int(r.int32())
	if count < 0 || count > len(r.rest)/elementSize {
		r.bad = true
		return 0
	}
	return count
}
