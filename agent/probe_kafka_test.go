package main

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"slices"
	"testing"
)

func readKafka(in *bufio.Reader) ([]byte, error) {
	head := make([]byte, 4)
	if _, err := io.ReadFull(in, head); err != nil {
		return nil, err
	}
	body := make([]byte, binary.BigEndian.Uint32(head))
	_, err := io.ReadFull(in, body)
	return body, err
}

func kafkaMessage(correlation uint32, body []byte) []byte {
	message := append(binary.BigEndian.AppendUint32(nil, correlation), body...)
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(message))), message...)
}

func kafkaVersions(code byte, ranges ...[3]byte) []byte {
	body := []byte{0, code, 0, 0, 0, byte(len(ranges))}
	for _, r := range ranges {
		body = append(body, 0, r[0], 0, r[1], 0, r[2])
	}
	return kafkaMessage(kafkaApiVersions, body)
}

func kafkaBrokers(count byte) []byte {
	body := []byte{0, 0, 0, count}
	for range count {
		// A broker without a rack.
		body = append(body, "\x00\x00\x00\x01\x00\x05kafka\x00\x00\x23\x84\xff\xff"...)
	}
	return kafkaMessage(kafkaMetadata, append(body, 0, 0, 0, 1, 0, 0, 0, 0))
}

func kafkaSays(request string, answer []byte) exchange {
	return exchange{read: readKafka, say: func(got []byte) []byte {
		if string(got) != request {
			return kafkaVersions(42)
		}
		return answer
	}}
}

func kafkaScript() []exchange {
	return []exchange{
		kafkaSays("\x00\x12\x00\x00\x00\x00\x00\x12\x00\x0eseatrial-probe", kafkaVersions(0, [3]byte{18, 0, 4}, [3]byte{3, 0, 12})),
		kafkaSays("\x00\x03\x00\x01\x00\x00\x00\x03\x00\x0eseatrial-probe\x00\x00\x00\x00", kafkaBrokers(1)),
	}
}

var kafkaCase = protocolCase{
	spec:   probeSpec{Kind: "kafka"},
	script: kafkaScript,
	refusal: func(step int) []byte {
		if step == 0 {
			return kafkaVersions(35)
		}
		return kafkaBrokers(0)
	},
	words: "answer",
	huge: func(step int) []byte {
		return append([]byte{0x7f, 0xff, 0xff, 0xff, 0, 0, 0}, []byte{kafkaApiVersions, kafkaMetadata}[step])
	},
}

func TestKafkaIsReadyWhenItKnowsABroker(t *testing.T) {
	expectReady(t, kafkaCase, "")
	answer := ask(t, kafkaCase.spec, func(conn net.Conn) { play(conn, kafkaScript(), -1, nil) })
	if answer.Saw != "brokers known: 1, first kafka:9092" {
		t.Error(answer.Saw)
	}
}

func TestKafkaThatFailsAtAnyStepIsNotReady(t *testing.T) {
	testFaults(t, kafkaCase)
}

func TestKafkaCannotMakeTheProbeUseMuchMemory(t *testing.T) {
	testMemory(t, kafkaCase)
}

func TestKafkaAnswersThatAreNotEnough(t *testing.T) {
	metadata := func(body string) []byte { return kafkaMessage(kafkaMetadata, []byte(body)) }
	for _, c := range []struct {
		name  string
		step  int
		say   []byte
		words string
	}{
		{"an error", 0, kafkaVersions(35), "ApiVersions was answered by error 35"},
		{"no Metadata", 0, kafkaVersions(0, [3]byte{18, 0, 4}), "does not speak version 1 of Metadata"},
		{"Metadata too new", 0, kafkaVersions(0, [3]byte{3, 2, 12}), "does not speak version 1 of Metadata"},
		{"more versions than bytes", 0, kafkaMessage(kafkaApiVersions, []byte{0, 0, 0x7f, 0xff, 0xff, 0xff}), "something other than"},
		{"a negative count", 0, kafkaMessage(kafkaApiVersions, []byte{0, 0, 0xff, 0xff, 0xff, 0xff}), "something other than"},
		{"another correlation", 0, kafkaMessage(99, make([]byte, 40)), "something other than"},
		{"no broker", 1, kafkaBrokers(0), "knows no broker yet"},
		{"an empty answer", 1, metadata(""), "something other than"},
		{"a host longer than the answer", 1, metadata("\x00\x00\x00\x01\x00\x00\x00\x01\x7f\xffkafka"), "something other than"},
		{"a broker that is cut", 1, metadata("\x00\x00\x00\x01\x00\x00\x00\x01\x00\x05kafka\x00\x00"), "something other than"},
	} {
		t.Run(c.name, func(t *testing.T) {
			answer := ask(t, kafkaCase.spec, func(conn net.Conn) {
				play(conn, kafkaScript(), c.step, func(conn net.Conn, _ []byte) {
					_, _ = conn.Write(c.say)
					waitForClose(conn)
				})
			})
			expectRefused(t, kafkaCase.spec, answer, c.words)
		})
	}
}

func FuzzKafka(f *testing.F) {
	seeds := [][]byte{slices.Concat(kafkaVersions(0, [3]byte{3, 0, 12}), kafkaBrokers(2)), kafkaVersions(0), kafkaVersions(7)}
	fuzzProbe(f, kafkaCase.spec, seeds, func(conn *probeConn, _ probeSpec) (probeAnswer, error) { return probeKafka(conn) })
}
