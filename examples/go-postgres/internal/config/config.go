// Package config reads what the program is told: a folder of YAML files, then the environment.
package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"
)

// Config is everything that can be told.
type Config struct {
	Database Database `yaml:"database"`
	HTTP     HTTP     `yaml:"http"`
	Stock    Stock    `yaml:"stock"`
}

// Database says where PostgreSQL is. URL counts before the parts.
type Database struct {
	URL         string `yaml:"url"`
	Host        string `yaml:"host"`
	Port        int    `yaml:"port"`
	Name        string `yaml:"name"`
	User        string `yaml:"user"`
	Password    string `yaml:"password"`
	TLS         string `yaml:"tls"`
	Connections int32  `yaml:"connections"`
}

// HTTP says where to listen.
type HTTP struct {
	Listen string `yaml:"listen"`
}

// Stock holds rules of the warehouse.
type Stock struct {
	// Reservation is how long an open order keeps its goods.
	Reservation time.Duration `yaml:"reservation"`
}

// Load reads all *.yaml of a folder in the order of their names, later ones on top of earlier ones, and then the environment:
// DATABASE_URL and STOCKLY_LISTEN. An empty folder's name means no files.
func Load(folder string, getenv func(string) string) (Config, error) {
	config := Config{
		Database: Database{Port: 5432, TLS: "prefer", Connections: 8},
		HTTP:     HTTP{Listen: ":8080"},
		Stock:    Stock{Reservation: 30 * time.Minute},
	}
	if folder != "" {
		names, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
		if err != nil {
			return config, err
		}
		if len(names) == 0 {
			return config, fmt.Errorf("%s has no *.yaml", folder)
		}
		for _, name := range slices.Sorted(slices.Values(names)) {
			if err := config.read(name); err != nil {
				return config, fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	if address := getenv("DATABASE_URL"); address != "" {
		config.Database.URL = address
	}
	if address := getenv("STOCKLY_LISTEN"); address != "" {
		config.HTTP.Listen = address
	}
	return config, config.check()
}

func (c *Config) read(name string) error {
	content, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	// A key that nobody knows is a mistake, not a comment.
	decoder.KnownFields(true)
	if err := decoder.Decode(c); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

func (c Config) check() error {
	var problems []error
	if c.Database.URL == "" && (c.Database.Host == "" || c.Database.Name == "") {
		problems = append(problems, errors.New("database: say url, or host and name"))
	}
	if c.Database.Connections < 1 {
		problems = append(problems, fmt.Errorf("database.connections: %d are too few", c.Database.Connections))
	}
	if c.Stock.Reservation <= 0 {
		problems = append(problems, fmt.Errorf("stock.reservation: %v is no time to keep goods", c.Stock.Reservation))
	}
	return errors.Join(problems...)
}

// Address is the database's URL, made of its parts unless there is one.
func (d Database) Address() string {
	if d.URL != "" {
		return d.URL
	}
	address := url.URL{
		Scheme:   "postgres",
		Host:     net.JoinHostPort(d.Host, strconv.Itoa(d.Port)),
		Path:     "/" + d.Name,
		RawQuery: url.Values{"sslmode": {d.TLS}}.Encode(),
	}
	if d.User != "" {
		address.User = url.UserPassword(d.User, d.Password)
	}
	return address.String()
}
