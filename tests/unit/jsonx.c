/* SPDX-License-Identifier: MIT */
/* Trees as text: what jansson would write, each on a line. */
#include "io/jsonx.h"

#include "base/str.h"

#include "../tap.h"

static void
is_written(const char *text, const char *want)
{
	struct buf b = {0};
	json_t *v = json_stored_load(text);
	char *theirs = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);

	json_append(&b, v);
	is_str(buf_cstr(&b), want, "%s", text);
	is_str(theirs, want, "... as jansson has it");
	free(theirs);
	json_decref(v);
	buf_free(&b);
}

static void
finding(void)
{
	struct err e = {0};
	json_t *list = json_text_load(
	    str_span("[{\"id\":1},7,{\"id\":\"a\",\"n\":\"first\"},"
		     "{\"id\":\"a\",\"n\":\"second\"}]"),
	    &e);

	is_str(json_str(json_find(list, "id", "a"), "n"), "first",
	    "the first that has it");
	ok(!json_find(list, "id", "1"), "a number is no string");
	ok(!json_find(list, "n", "a"), "another member doesn't count");
	ok(!json_find(list, "id", NULL), "nothing is nobody's");
	ok(!json_find(NULL, "id", "a"), "no list has nothing in it");
	json_decref(list);
}

int
main(void)
{
	struct buf b = {0};

	json_setup();
	json_append(&b, NULL);
	is_int((long)b.len, 0, "nothing is nothing");
	is_written("{}", "{}");
	is_written("[ ]", "[]");
	is_written("[1, -2, 9223372036854775807, 0.5, true, false, null]",
	    "[1,-2,9223372036854775807,0.5,true,false,null]");
	is_written("{\"b\": {\"a\": [], \"c\": [{}]}, \"a\": \"x\"}",
	    "{\"b\":{\"a\":[],\"c\":[{}]},\"a\":\"x\"}");
	is_written("\"\"", "\"\"");
	is_written("{\"a \\\"key\\\"\": \"\\u0432 \\u20ac \\ud83d\\ude00\"}",
	    "{\"a \\\"key\\\"\":\"в € 😀\"}");
	is_written("\"\\u0008\\f\\n\\r\\t\\\\ \\/ \\u0001 \\u007f\"",
	    "\"\\b\\f\\n\\r\\t\\\\ / \\u0001 \x7f\"");
	finding();
	return tap_done();
}
