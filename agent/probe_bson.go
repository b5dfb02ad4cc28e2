package main

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math"
)

var errBson = errors.New("not a BSON document")

// bsonDocument holds the elements of a document that a probe may need: string, bool, float64, int64, []byte, hex string for
// an object id, bsonDocument for a document. Elements of other types are checked and left out.
type bsonDocument map[string]any

func (d bsonDocument) text(name string) string {
	text, _ := d[name].(string)
	return text
}

func (d bsonDocument) bytes(name string) string {
	data, _ := d[name].([]byte)
	return string(data)
}

func (d bsonDocument) isTrue(name string) bool {
	switch value := d[name].(type) {
	case bool:
		return value
	case float64:
		return value == 1
	case int64:
		return value == 1
	}
	return false
}

// Deeper than any handshake, and shallow enough for the stack.
const bsonMaxDepth = 20

func parseBson(data []byte, depth int) (bsonDocument, error) {
	if len(data) < 5 || depth > bsonMaxDepth || data[len(data)-1] != 0 {
		return nil, errBson
	}
	if uint64(binary.LittleEndian.Uint32(data)) != uint64(len(data)) {
		return nil, errBson
	}
	document := bsonDocument{}
	rest := data[4 : len(data)-1]
	for len(rest) > 0 {
		kind := rest[0]
		name, after, ok := bytes.Cut(rest[1:], []byte{0})
		if !ok {
			return nil, errBson
		}
		size, ok := bsonSize(kind, after)
		if !ok || size > len(after) {
			return nil, errBson
		}
		value, err := bsonValue(kind, after[:size], depth)
		if err != nil {
			return nil, err
		}
		if value != nil {
			document[string(name)] = value
		}
		rest = after[size:]
	}
	return document, nil
}

// bsonSize is how many bytes the value takes; false for a type that we do not know.
func bsonSize(kind byte, data []byte) (int, bool) {
	switch kind {
	case 0x06, 0x0a, 0x7f, 0xff:
		return 0, true
	case 0x08:
		return 1, true
	case 0x10:
		return 4, true
	case 0x01, 0x09, 0x11, 0x12:
		return 8, true
	case 0x07:
		return 12, true
	case 0x13:
		return 16, true
	case 0x02, 0x0d, 0x0e, 0x03, 0x04, 0x05:
	default:
		return 0, false
	}
	if len(data) < 4 {
		return 0, false
	}
	length := binary.LittleEndian.Uint32(data)
	if length > probeMaxMessage {
		return 0, false
	}
	switch kind {
	case 0x03, 0x04:
		return int(length), length >= 5
	case 0x05:
		return int(length) + 5, true
	}
	return int(length) + 4, length >= 1
}

func bsonValue(kind byte, data []byte, depth int) (any, error) {
	switch kind {
	case 0x01:
		return math.Float64frombits(binary.LittleEndian.Uint64(data)), nil
	case 0x02:
		return string(data[4 : len(data)-1]), nil
	case 0x03:
		return parseBson(data, depth+1)
	case 0x05:
		return data[5:], nil
	case 0x07:
		return hex.EncodeToString(data), nil
	case 0x08:
		return data[0] == 1, nil
	case 0x10:
		return int64(int32(binary.LittleEndian.Uint32(data))), nil
	case 0x12:
		return int64(binary.LittleEndian.Uint64(data)), nil
	}
	return nil, nil
}

type bsonElement struct {
	name  string
	value any
}

// renderBson writes elements in the given order, since a command's name must come first. Values: string, int32, []byte.
func renderBson(elements ...bsonElement) []byte {
	body := make([]byte, 4)
	head := func(kind byte, name string) {
		body = append(append(append(body, kind), name...), 0)
	}
	for _, element := range elements {
		switch value := element.value.(type) {
		case string:
			head(0x02, element.name)
			body = binary.LittleEndian.AppendUint32(body, uint32(len(value)+1))
			body = append(append(body, value...), 0)
		case int32:
			head(0x10, element.name)
			body = binary.LittleEndian.AppendUint32(body, uint32(value))
		case []byte:
			head(0x05, element.name)
			body = append(binary.LittleEndian.AppendUint32(body, uint32(len(value))), 0)
			body = append(body, value...)
		}
	}
	body = append(body, 0)
	binary.LittleEndian.PutUint32(body, uint32(len(body)))
	return body
}
