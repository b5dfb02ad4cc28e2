package main

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"slices"
	"testing"
)

const mongoProcess = "0102030405060708090a0b0c"

var mongoSpec = probeSpec{Kind: "mongodb", User: "shop", Password: "s3cret-word"}

// readMongo reads one OP_MSG and returns its request id and document.
func readMongo(in *bufio.Reader) ([]byte, error) {
	head := make([]byte, 16)
	if _, err := io.ReadFull(in, head); err != nil {
		return nil, err
	}
	body := make([]byte, binary.LittleEndian.Uint32(head)-16)
	_, err := io.ReadFull(in, body)
	return append(head[4:8], body[5:]...), err
}

func mongoMessage(request []byte, document []byte) []byte {
	id := uint32(1)
	if len(request) >= 4 {
		id = binary.LittleEndian.Uint32(request)
	}
	message := binary.LittleEndian.AppendUint32(nil, uint32(21+len(document)))
	message = append(message, 9, 9, 9, 9)
	message = binary.LittleEndian.AppendUint32(message, id)
	message = binary.LittleEndian.AppendUint32(message, mongoOpMsg)
	return append(append(message, 0, 0, 0, 0, 0), document...)
}

// bson writes a document from elements that are already bytes.
func bson(elements ...[]byte) []byte {
	body := slices.Concat(elements...)
	return append(append(binary.LittleEndian.AppendUint32(nil, uint32(len(body)+5)), body...), 0)
}

func bsonIs(name string) []byte { return append([]byte("\x08"+name+"\x00"), 1) }

func bsonSays(name, text string) []byte {
	whole := renderBson(bsonElement{name, text})
	return whole[4 : len(whole)-1]
}

func bsonData(name, data string) []byte {
	whole := renderBson(bsonElement{name, []byte(data)})
	return whole[4 : len(whole)-1]
}

// A double, as servers send it.
var bsonOk = append([]byte("\x01ok\x00"), 0, 0, 0, 0, 0, 0, 0xf0, 0x3f)

var mongoTopology = append([]byte("\x03topologyVersion\x00"),
	bson(append([]byte("\x07processId\x00"), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), append([]byte("\x12counter\x00"), make([]byte, 8)...))...)

func mongoSays(elements ...[]byte) exchange {
	return exchange{read: readMongo, say: func(request []byte) []byte { return mongoMessage(request, bson(elements...)) }}
}

func mongoError(text string) []byte {
	return bson(append([]byte("\x01ok\x00"), make([]byte, 8)...), bsonSays("errmsg", text), bsonSays("codeName", "AuthenticationFailed"))
}

func mongoScript() []exchange {
	server := &scramServer{password: "s3cret-word"}
	payload := func(request []byte) string {
		document, _ := parseBson(request[4:], 0)
		return document.bytes("payload")
	}
	conversation := []byte("\x10conversationId\x00\x07\x00\x00\x00")
	return []exchange{
		mongoSays(mongoTopology, bsonIs("isWritablePrimary"), append([]byte("\x09localTime\x00"), make([]byte, 8)...), bsonOk),
		{read: readMongo, say: func(request []byte) []byte {
			return mongoMessage(request, bson(conversation, bsonData("payload", server.first(payload(request))), bsonOk))
		}},
		{read: readMongo, say: func(request []byte) []byte {
			final, ok := server.final(payload(request))
			if !ok {
				return mongoMessage(request, mongoError("Authentication failed."))
			}
			return mongoMessage(request, bson(conversation, bsonData("payload", final), bsonOk))
		}},
		mongoSays(conversation, bsonIs("done"), bsonData("payload", ""), bsonOk),
	}
}

var mongoCase = protocolCase{
	spec:   mongoSpec,
	script: mongoScript,
	refusal: func(step int) []byte {
		return mongoMessage([]byte{byte(step + 1), 0, 0, 0}, mongoError("the server is in quiesce mode"))
	},
	words: "AuthenticationFailed the server is in quiesce mode",
	huge:  func(int) []byte { return []byte{0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0, 1, 0, 0, 0, 0xdd, 7, 0, 0} },
}

func TestMongodbIsReadyWithItsProcessId(t *testing.T) {
	expectReady(t, mongoCase, mongoProcess)
	withoutAccount := mongoCase
	withoutAccount.spec = probeSpec{Kind: "mongodb"}
	withoutAccount.script = func() []exchange { return mongoScript()[:1] }
	expectReady(t, withoutAccount, mongoProcess)
}

func TestMongodbThatFailsAtAnyStepIsNotReady(t *testing.T) {
	testFaults(t, mongoCase)
}

func TestMongodbCannotMakeTheProbeUseMuchMemory(t *testing.T) {
	testMemory(t, mongoCase)
}

func TestMongodbRefusesAWrongPassword(t *testing.T) {
	spec := mongoSpec
	spec.Password = "wrong-word"
	answer := ask(t, spec, func(conn net.Conn) { play(conn, mongoScript(), -1, nil) })
	expectRefused(t, spec, answer, "login: AuthenticationFailed Authentication failed.")
}

func TestMongodbThatDoesNotKnowThePasswordItselfIsRefused(t *testing.T) {
	impostor := append(mongoScript()[:2], mongoSays(bsonIs("done"), bsonData("payload", "v=AAAA"), bsonOk))
	answer := ask(t, mongoSpec, func(conn net.Conn) { play(conn, impostor, -1, nil) })
	expectRefused(t, mongoSpec, answer, "does not know the password")
}

func TestMongodbRolesThatAreReadyAndThatAreNot(t *testing.T) {
	for _, c := range []struct {
		name  string
		hello [][]byte
		ready bool
		saw   string
	}{
		{"standalone", [][]byte{bsonIs("isWritablePrimary"), bsonOk}, true, "answered hello as a standalone server"},
		{"primary", [][]byte{bsonIs("isWritablePrimary"), bsonSays("setName", "rs0"), bsonOk}, true, "answered hello as primary"},
		{"secondary", [][]byte{bsonIs("secondary"), bsonSays("setName", "rs0"), bsonSays("primary", "a:27017"), bsonOk}, true, "answered hello as secondary"},
		{"mongos", [][]byte{bsonIs("isWritablePrimary"), bsonSays("msg", "isdbgrid"), bsonOk}, true, "answered hello as mongos"},
		{"old server", [][]byte{bsonIs("ismaster"), bsonOk}, true, "answered hello as a standalone server"},
		{"not initiated", [][]byte{bsonIs("isreplicaset"), bsonSays("info", "Does not have a valid replica set config"), bsonOk}, false, "not writable: Does not have a valid replica set config"},
		{"no primary yet", [][]byte{bsonIs("secondary"), bsonSays("setName", "rs0"), bsonOk}, false, "not writable: no primary in replica set rs0"},
		{"nothing", [][]byte{bsonOk}, false, "not writable: the server does not say why"},
	} {
		t.Run(c.name, func(t *testing.T) {
			answer := ask(t, probeSpec{Kind: "mongodb"}, func(conn net.Conn) { play(conn, []exchange{mongoSays(c.hello...)}, -1, nil) })
			if answer.Ready != c.ready || answer.Saw != c.saw {
				t.Errorf("%+v", answer)
			}
		})
	}
}

func TestMongodbBefore44IsAskedInItsOwnWords(t *testing.T) {
	unknown := mongoSays(append([]byte("\x01ok\x00"), make([]byte, 8)...), []byte("\x10code\x00\x3b\x00\x00\x00"), bsonSays("errmsg", "no such command: 'hello'"))
	script := []exchange{unknown, mongoSays(bsonIs("ismaster"), bsonOk)}
	if answer := ask(t, probeSpec{Kind: "mongodb"}, func(conn net.Conn) { play(conn, script, -1, nil) }); !answer.Ready {
		t.Errorf("%+v", answer)
	}
}

func TestBsonRefusesDocumentsThatAreNotWellFormed(t *testing.T) {
	deep := bson()
	for range 50 {
		deep = bson(append([]byte("\x03a\x00"), deep...))
	}
	for _, data := range [][]byte{
		nil, {5, 0, 0, 0}, {5, 0, 0, 0, 1}, {6, 0, 0, 0, 0}, {0xff, 0xff, 0xff, 0xff, 0},
		bson([]byte("\x08no end of the name")), bson([]byte("\x08a\x00")), bson([]byte("\x55a\x00")),
		bson([]byte("\x02a\x00\x00\x00\x00\x00")), bson([]byte("\x02a\x00\xff\xff\xff\xff")), bson([]byte("\x05a\x00\xff\xff\xff\x7f\x00")),
		bson([]byte("\x03a\x00\x04\x00\x00\x00")), bson([]byte("\x12a\x00\x00\x00")), deep,
	} {
		if document, err := parseBson(data, 0); err == nil {
			t.Errorf("%x was read as %v", data, document)
		}
	}
}

func FuzzMongodb(f *testing.F) {
	hello := mongoMessage(nil, bson(mongoTopology, bsonIs("isWritablePrimary"), bsonOk))
	fuzzProbe(f, mongoSpec, [][]byte{
		hello, slices.Concat(hello, mongoMessage([]byte{2, 0, 0, 0}, bson(bsonData("payload", "r=,s=,i="), bsonOk))),
		mongoMessage(nil, mongoError(fuzzPassword)),
	}, probeMongodb)
}

func FuzzBson(f *testing.F) {
	f.Add(bson(mongoTopology, bsonIs("a"), bsonOk))
	f.Add(mongoError("text"))
	f.Fuzz(func(_ *testing.T, data []byte) { _, _ = parseBson(data, 0) })
}
