INSERT INTO parts VALUES ('sql');
