package main

import (
	"bufio"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// identity is whom a process runs as.
type identity struct {
	uid, gid uint32
	groups   []uint32
	home     string
	// switched says that this is not the agent's own identity.
	switched bool
}

func (i identity) credential() *syscall.Credential {
	if !i.switched {
		return nil
	}
	return &syscall.Credential{Uid: i.uid, Gid: i.gid, Groups: i.groups}
}

// accounts are the container's own files of users and groups. A missing file is an empty one.
type accounts struct{ passwd, group string }

var containerAccounts = accounts{"/etc/passwd", "/etc/group"}

type account struct {
	name     string
	uid, gid uint32
	home     string
}

// resolve finds whom a process runs as for `name`, `uid`, `name:group` or `uid:gid`; "" is the agent's own user.
func (a accounts) resolve(user string, groupAdd []string) (identity, error) {
	own := ownIdentity()
	who, err := a.lookUp(user, own)
	if err != nil {
		return identity{}, err
	}
	for _, group := range groupAdd {
		gid, err := a.findGroup(group)
		if err != nil {
			return identity{}, err
		}
		who.groups = append(who.groups, gid)
	}
	return who.comparedWith(own)
}

// lookUp reads a user's text as engines do: unknown numbers are fine, and a group that is named stands alone.
func (a accounts) lookUp(user string, own identity) (identity, error) {
	name, group, _ := strings.Cut(user, ":")
	if user == "" {
		own.home = a.homeOf(own.uid)
		return own, nil
	}
	if name == "" {
		name = formatID(own.uid)
	}
	found, known := a.find(name)
	if !known {
		uid, err := parseID(name)
		if err != nil {
			return identity{}, processNotStarted("there is no user %q in %s", name, a.passwd)
		}
		found.uid = uid
	}
	who := identity{uid: found.uid, gid: found.gid, home: a.homeOf(found.uid)}
	if found.home != "" {
		who.home = found.home
	}
	if group == "" {
		if known {
			who.groups = a.groupsOf(found.name)
		}
		return who, nil
	}
	gid, err := a.findGroup(group)
	who.gid = gid
	return who, err
}

// comparedWith decides whether credentials must change at all: where a container forbids that, its own user still works.
func (i identity) comparedWith(own identity) (identity, error) {
	sameUser := i.uid == own.uid && i.gid == own.gid
	sameGroups := slices.Equal(sortedSet(i.groups, i.gid), sortedSet(own.groups, own.gid))
	if own.uid != 0 {
		if !sameUser {
			return identity{}, processNotStarted(
				"cannot run as user %d:%d: the agent runs as %d:%d, and only root can switch users", i.uid, i.gid, own.uid, own.gid)
		}
		return i, nil
	}
	i.switched = !sameUser || !sameGroups
	return i, nil
}

func sortedSet(groups []uint32, more uint32) []uint32 {
	all := append(slices.Clone(groups), more)
	slices.Sort(all)
	return slices.Compact(all)
}

func ownIdentity() identity {
	own := identity{uid: uint32(os.Getuid()), gid: uint32(os.Getgid())}
	groups, _ := os.Getgroups()
	for _, group := range groups {
		own.groups = append(own.groups, uint32(group))
	}
	return own
}

func ownHome() string { return containerAccounts.homeOf(uint32(os.Getuid())) }

func (a accounts) homeOf(uid uint32) string {
	if found, known := a.find(formatID(uid)); known && found.home != "" {
		return found.home
	}
	return "/"
}

// find looks a user up by name or number; the first entry wins.
func (a accounts) find(user string) (found account, known bool) {
	eachLine(a.passwd, 6, func(fields []string) bool {
		uid, err := parseID(fields[2])
		if err != nil || (fields[0] != user && fields[2] != user) {
			return true
		}
		gid, _ := parseID(fields[3])
		found, known = account{fields[0], uid, gid, fields[5]}, true
		return false
	})
	return found, known
}

func (a accounts) findGroup(group string) (uint32, error) {
	gid, err := parseID(group)
	known := err == nil
	eachLine(a.group, 3, func(fields []string) bool {
		if fields[0] != group {
			return true
		}
		if id, err := parseID(fields[2]); err == nil {
			gid, known = id, true
		}
		return false
	})
	if !known {
		return 0, processNotStarted("there is no group %q in %s", group, a.group)
	}
	return gid, nil
}

func (a accounts) groupsOf(user string) []uint32 {
	var groups []uint32
	eachLine(a.group, 4, func(fields []string) bool {
		if gid, err := parseID(fields[2]); err == nil && slices.Contains(strings.Split(fields[3], ","), user) {
			groups = append(groups, gid)
		}
		return true
	})
	return groups
}

func parseID(text string) (uint32, error) {
	id, err := strconv.ParseUint(text, 10, 31)
	return uint32(id), err
}

func formatID(id uint32) string { return strconv.FormatUint(uint64(id), 10) }

// eachLine calls take with the fields of each line that has enough of them, until it returns false.
func eachLine(path string, atLeast int, take func(fields []string) bool) {
	file, err := os.Open(path)
	if err != nil {
		return
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		fields := strings.Split(strings.TrimSpace(lines.Text()), ":")
		if len(fields) >= atLeast && !strings.HasPrefix(fields[0], "#") && !take(fields) {
			return
		}
	}
}
