// Spaces in MySQL, MariaDB and Percona Server: a database with a user of its own, made by replaying the template's definitions and
// copying its rows inside the server. Leaves to others: when one is made, who gets it, and when it goes.
export { mysqlKind } from "./kind.ts";
