package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
)

// The parts of Go's files of counters; all numbers are little-endian.
const (
	countersMagic         = "\x00cwm"
	countersVersion       = 1
	countersHeaderLength  = 32
	countersSegmentLength = 16
	countersFooterLength  = 16
)

// redactCounters gives a file of Go's counters with its command line replaced: each argvN of the segment's arguments is
// what redact makes of the whole. A file that holds none is returned as it is; counts are never touched.
func redactCounters(content []byte, redact func(argv []string) []string) ([]byte, error) {
	tables, err := readCountersTables(content)
	if err != nil {
		return nil, err
	}
	at := map[int]int{}
	var argv []string
	for i := 0; ; i++ {
		place, has := tables.find("argv" + strconv.Itoa(i))
		if !has {
			break
		}
		at[i] = place
		argv = append(argv, tables.arguments[place].value)
	}
	changed := false
	for i, word := range redact(argv) {
		changed = changed || word != argv[i]
		tables.arguments[at[i]].value = word
	}
	if !changed {
		return content, nil
	}
	return tables.encode(), nil
}

type countersArgument struct{ key, value string }

// countersTables is a file with one segment, cut where its text begins and ends.
type countersTables struct {
	header    []byte
	functions uint64
	arguments []countersArgument
	// rest are the counts and the footer.
	rest []byte
}

func (t *countersTables) find(key string) (int, bool) {
	for i, argument := range t.arguments {
		if argument.key == key {
			return i, true
		}
	}
	return 0, false
}

func readCountersTables(content []byte) (*countersTables, error) {
	const least = countersHeaderLength + countersSegmentLength + countersFooterLength
	if len(content) < least || string(content[:4]) != countersMagic {
		return nil, errors.New("it is no file of counters, or cut off")
	}
	if version := binary.LittleEndian.Uint32(content[4:]); version != countersVersion {
		return nil, fmt.Errorf("its format is version %d", version)
	}
	footer := content[len(content)-countersFooterLength:]
	if string(footer[:4]) != countersMagic {
		return nil, errors.New("it is cut off")
	}
	if segments := binary.LittleEndian.Uint32(footer[8:]); segments != 1 {
		return nil, fmt.Errorf("it has %d segments; Go writes one", segments)
	}
	segment := content[countersHeaderLength:]
	textLength := uint64(binary.LittleEndian.Uint32(segment[8:]))
	argumentsLength := uint64(binary.LittleEndian.Uint32(segment[12:]))
	body := segment[countersSegmentLength:]
	if textLength+argumentsLength > uint64(len(body)-countersFooterLength) {
		return nil, errors.New("its tables are longer than the file")
	}
	texts, err := readCountersTexts(body[:textLength])
	if err != nil {
		return nil, err
	}
	arguments, err := readCountersArguments(body[textLength:textLength+argumentsLength], texts)
	if err != nil {
		return nil, err
	}
	return &countersTables{
		header:    content[:countersHeaderLength],
		functions: binary.LittleEndian.Uint64(segment),
		arguments: arguments,
		rest:      body[textLength+argumentsLength:],
	}, nil
}

// encode writes only the texts that the arguments name: what was replaced is not left behind.
func (t *countersTables) encode() []byte {
	texts := []string{""}
	index := map[string]uint64{"": 0}
	indexOf := func(text string) uint64 {
		if _, known := index[text]; !known {
			index[text] = uint64(len(texts))
			texts = append(texts, text)
		}
		return index[text]
	}
	arguments := binary.AppendUvarint(nil, uint64(len(t.arguments)))
	for _, argument := range t.arguments {
		arguments = binary.AppendUvarint(arguments, indexOf(argument.key))
		arguments = binary.AppendUvarint(arguments, indexOf(argument.value))
	}
	table := binary.AppendUvarint(nil, uint64(len(texts)))
	for _, text := range texts {
		table = append(binary.AppendUvarint(table, uint64(len(text))), text...)
	}
	// The counts begin at a multiple of 4 from the segment's start; what fills the gap counts as arguments.
	for (countersSegmentLength+len(table)+len(arguments))%4 != 0 {
		arguments = append(arguments, 0)
	}
	content := append([]byte(nil), t.header...)
	content = binary.LittleEndian.AppendUint64(content, t.functions)
	content = binary.LittleEndian.AppendUint32(content, uint32(len(table)))
	content = binary.LittleEndian.AppendUint32(content, uint32(len(arguments)))
	content = append(content, table...)
	content = append(content, arguments...)
	return append(content, t.rest...)
}

func readCountersTexts(table []byte) ([]string, error) {
	in := numbers{table}
	count, ok := in.next()
	// A text takes a byte at least.
	if !ok || count > uint64(len(in.left)) {
		return nil, errors.New("its table of strings is broken")
	}
	texts := make([]string, 0, count)
	for range count {
		length, ok := in.next()
		if !ok || length > uint64(len(in.left)) {
			return nil, errors.New("its table of strings is broken")
		}
		texts = append(texts, string(in.left[:length]))
		in.left = in.left[length:]
	}
	return texts, nil
}

func readCountersArguments(section []byte, texts []string) ([]countersArgument, error) {
	in := numbers{section}
	count, ok := in.next()
	if !ok || count > uint64(len(in.left)) {
		return nil, errors.New("its arguments are broken")
	}
	arguments := make([]countersArgument, 0, count)
	for range count {
		key, hasKey := in.next()
		value, hasValue := in.next()
		if !hasKey || !hasValue || key >= uint64(len(texts)) || value >= uint64(len(texts)) {
			return nil, errors.New("its arguments are broken")
		}
		arguments = append(arguments, countersArgument{texts[key], texts[value]})
	}
	return arguments, nil
}

// numbers reads ULEB128.
type numbers struct{ left []byte }

func (n *numbers) next() (uint64, bool) {
	value, length := binary.Uvarint(n.left)
	if length <= 0 {
		return 0, false
	}
	n.left = n.left[length:]
	return value, true
}
