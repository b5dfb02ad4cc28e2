package main

import (
	"encoding/binary"
	"errors"
	"fmt"
)

const (
	mongoOpMsg           = 2013
	mongoCommandNotFound = 59
)

// probeMongodb says hello, and logs in if an account is given. Ready is a server that takes writes (standalone, primary,
// mongos) or a secondary that knows its primary; a replica set that nobody has initiated yet is not.
func probeMongodb(conn *probeConn, spec probeSpec) (probeAnswer, error) {
	server := &mongoConn{probeConn: conn}
	hello, err := server.hello()
	if err != nil {
		return probeAnswer{}, err
	}
	role := mongoRole(hello)
	if role == "" {
		return probeAnswer{}, errors.New("not writable: " + conn.says(mongoWhy(hello)))
	}
	if spec.User != "" {
		if err := server.logIn(spec); err != nil {
			return probeAnswer{}, err
		}
	}
	answer := probeAnswer{Saw: "answered hello as " + role}
	if topology, ok := hello["topologyVersion"].(bsonDocument); ok {
		answer.Instance = topology.text("processId")
	}
	return answer, nil
}

func mongoRole(hello bsonDocument) string {
	switch {
	case hello.text("msg") == "isdbgrid":
		return "mongos"
	case hello.isTrue("isWritablePrimary"), hello.isTrue("ismaster"):
		if hello.text("setName") != "" {
			return "primary"
		}
		return "a standalone server"
	case hello.isTrue("secondary") && hello.text("primary") != "":
		return "secondary"
	case hello.isTrue("arbiterOnly"):
		return "arbiter"
	}
	return ""
}

func mongoWhy(hello bsonDocument) string {
	if info := hello.text("info"); info != "" {
		return info
	}
	if hello.isTrue("isreplicaset") {
		return "the replica set is not initiated"
	}
	if set := hello.text("setName"); set != "" {
		return "no primary in replica set " + set
	}
	return "the server does not say why"
}

type mongoConn struct {
	*probeConn
	request uint32
}

func (c *mongoConn) hello() (bsonDocument, error) {
	reply, err := c.ask("hello", bsonElement{"hello", int32(1)})
	if err != nil {
		return nil, err
	}
	if reply["code"] == int64(mongoCommandNotFound) {
		// Servers before 4.4.2.
		if reply, err = c.ask("isMaster", bsonElement{"isMaster", int32(1)}); err != nil {
			return nil, err
		}
	}
	return reply, c.refused("hello", reply)
}

func (c *mongoConn) logIn(spec probeSpec) error {
	scram := newScramClient(spec.User, spec.Password)
	reply, err := c.sasl("saslStart", bsonElement{"mechanism", "SCRAM-SHA-256"}, bsonElement{"payload", []byte(scram.first())})
	if err != nil {
		return err
	}
	conversation, _ := reply["conversationId"].(int64)
	proof, err := scram.answer(reply.bytes("payload"))
	if err != nil {
		return err
	}
	reply, err = c.saslContinue(conversation, proof)
	if err != nil {
		return err
	}
	if err := scram.verify(reply.bytes("payload")); err != nil {
		return err
	}
	if !reply.isTrue("done") {
		reply, err = c.saslContinue(conversation, "")
	}
	if err == nil && !reply.isTrue("done") {
		err = errors.New("login: it does not come to an end")
	}
	return err
}

func (c *mongoConn) saslContinue(conversation int64, payload string) (bsonDocument, error) {
	return c.sasl("saslContinue", bsonElement{"conversationId", int32(conversation)}, bsonElement{"payload", []byte(payload)})
}

func (c *mongoConn) sasl(command string, elements ...bsonElement) (bsonDocument, error) {
	reply, err := c.ask(command, append([]bsonElement{{command, int32(1)}}, elements...)...)
	if err != nil {
		return nil, err
	}
	return reply, c.refused("login", reply)
}

func (c *mongoConn) refused(what string, reply bsonDocument) error {
	if reply.isTrue("ok") {
		return nil
	}
	return fmt.Errorf("%s: %s %s", what, c.says(reply.text("codeName")), c.says(reply.text("errmsg")))
}

// ask sends a command to the admin database, where accounts made at first boot live, and reads its reply.
func (c *mongoConn) ask(name string, elements ...bsonElement) (bsonDocument, error) {
	c.request++
	document := renderBson(append(elements, bsonElement{"$db", "admin"})...)
	message := binary.LittleEndian.AppendUint32(nil, uint32(21+len(document)))
	message = binary.LittleEndian.AppendUint32(message, c.request)
	message = binary.LittleEndian.AppendUint32(message, 0)
	message = binary.LittleEndian.AppendUint32(message, mongoOpMsg)
	// No flags, one section of kind 0: the command itself.
	message = append(message, 0, 0, 0, 0, 0)
	if err := c.send(append(message, document...), "an answer to "+name); err != nil {
		return nil, err
	}
	head, err := c.take(16)
	if err != nil {
		return nil, err
	}
	length := binary.LittleEndian.Uint32(head)
	answers := binary.LittleEndian.Uint32(head[8:])
	if length < 26 || length > probeMaxMessage || answers != c.request || binary.LittleEndian.Uint32(head[12:]) != mongoOpMsg {
		return nil, c.unlike("MongoDB", head)
	}
	body, err := c.take(int(length) - 16)
	if err != nil {
		return nil, err
	}
	// The low half of the flags are those that must be understood; we set none of them, so none may be set.
	if binary.LittleEndian.Uint16(body) != 0 || body[4] != 0 {
		return nil, c.unlike("MongoDB", body)
	}
	reply, err := parseBson(body[5:], 0)
	if err != nil {
		return nil, c.unlike("MongoDB", body)
	}
	return reply, nil
}
