/* SPDX-License-Identifier: MIT */
/* employees.csv as people and their spreadsheets write it. */
#include "call/employees.h"

#include "base/str.h"

#include "../tap.h"

#include <unistd.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))
#define HEAD                                             \
	"staff_id;code;fio;email;extension;sip;numbers;" \
	"distribution_of_unanswered;senior;crm_user_id\n"
#define NEED                                                          \
	"the first line must name the columns, code and crm_user_id " \
	"among them\n"

static void
must(bool good)
{
	if (good)
		return;
	perror("bail out");
	exit(99);
}

static void
put_file(const char *text)
{
	FILE *f = fopen("employees.csv", "w");

	must(f && fputs(text, f) >= 0 && fclose(f) == 0);
}

/* One employee: "code=user name <mail> ext staff sips phones flags\n". */
static void
show_one(struct buf *out, const struct employee *m)
{
	buf_fmt(out, "%ld %s=%s", m->line, m->code, m->user);
	buf_fmt(out, " %s <%s> %s %s", m->name, m->email, m->extension,
	    m->staff_id);
	for (char **p = m->sips; *p; p++)
		buf_fmt(out, " %s", *p);
	for (char **p = m->phones; *p; p++)
		buf_fmt(out, " %s", *p);
	buf_fmt(out, "%s%s\n", m->distributed ? " distributed" : "",
	    m->senior ? " senior" : "");
}

/* What the file holds, then what is wrong with it. */
static void
show(struct buf *out, const char *text)
{
	struct errs errs = {0};
	struct employees es;
	char line[900];
	int rc;

	put_file(text);
	rc = employees_load(&es, "employees.csv", phone_country("UA"), &errs);
	buf_clear(out);
	for (size_t i = 0; i < es.n; i++)
		show_one(out, &es.v[i]);
	for (size_t i = 0; i < errs.n; i++)
		buf_fmt(out, "%s\n", err_text(&errs.v[i], line, sizeof(line)));
	must((rc == 0) == (errs.n == 0));
	employees_free(&es);
	errs_free(&errs);
}

static void
files(void)
{
	static const struct {
		const char *promise, *in, *want;
	} rows[] = {
	    {"every column",
		HEAD "210101;101;Olena K;o@shop.ua;101;shop_olena shop_o2;"
		     "380675550901 0675550902;1;0;7\n",
		"2 101=7 Olena K <o@shop.ua> 101 210101 shop_olena shop_o2 "
		"+380675550901 +380675550902 distributed\n"},
	    {"two columns are enough", "code;crm_user_id\na.b-c_D;7\n",
		"2 a.b-c_D=7  <>  \n"},
	    {"columns in any order and case, unknown ones",
		"CRM_User_Id;shoe size; Code \n7;42;101\n", "2 101=7  <>  \n"},
	    {"commas", "code,fio,crm_user_id\n101,\"K, Olena\",7\n",
		"2 101=7 K, Olena <>  \n"},
	    {"tabs", "code\tcrm_user_id\n101\t7\n", "2 101=7  <>  \n"},
	    {"a byte order mark, CRLF and quotes",
		"\xef\xbb\xbf\"code\";\"fio\";\"crm_user_id\"\r\n"
		"\"101\";\"\"\"O\"\"; K\";\"7\"\r\n\r\n102;I;8",
		"2 101=7 \"O\"; K <>  \n4 102=8 I <>  \n"},
	    {"lists are parted by blanks, as many as there are",
		"code;sip;numbers;crm_user_id\n"
		"101;  a   b ; 0675550901   +380675550902  ;7\n",
		"2 101=7  <>   a b +380675550901 +380675550902\n"},
	    {"a short row has empty cells, a long one more than enough",
		"code;crm_user_id;fio;senior\n101;7\n102;8;I;1;x;y\n",
		"2 101=7  <>  \n3 102=8 I <>   senior\n"},
	    {"nobody is a file, too", "code;crm_user_id\n", ""},
	    {"rows without anything are none",
		"code;crm_user_id\n;\n101;7\n ; ;\n\n;\n", "3 101=7  <>  \n"},
	};
	struct buf out = {0};

	for (size_t i = 0; i < LEN(rows); i++) {
		show(&out, rows[i].in);
		is_str(buf_cstr(&out), rows[i].want, "%s", rows[i].promise);
	}
	buf_free(&out);
}

static void
mistakes(void)
{
	static const struct {
		const char *promise, *in, *want;
	} rows[] = {
	    {"no file of columns", "101;7\n102;8\n", "employees.csv:1: " NEED},
	    {"a column that is required", "code;fio\n101;O\n102;I\n",
		"employees.csv:1: " NEED},
	    {"nothing in it", "", "employees.csv: " NEED},
	    {"nothing but blank lines", "\r\n \r\n", "employees.csv: " NEED},
	    {"another encoding", "code;crm_user_id\n101;\xce\xeb\n",
		"employees.csv: not UTF-8; save the file as UTF-8\n"},
	    {"a code that can't stand in a matrix",
		"code;crm_user_id\na b;7\n;8\n;\n",
		"2 a b=7  <>  \n3 =8  <>  \n"
		"employees.csv:2: code \"a b\": write letters, digits, . _ or "
		"-, for example the extension\n"
		"employees.csv:3: code \"\": write letters, digits, . _ or -, "
		"for example the extension\n"},
	    {"a code twice", "code;crm_user_id\n101;7\n102;8\n101;9\n",
		"2 101=7  <>  \n3 102=8  <>  \n4 101=9  <>  \n"
		"employees.csv:4: code 101 stands on line 2 already\n"},
	    {"no user in the CRM", "code;crm_user_id\n101;\n",
		"2 101=  <>  \n"
		"employees.csv:2: employee 101 has no crm_user_id; put the id "
		"of the user in the CRM\n"},
	    {"numbers that are none, each",
		"code;numbers;crm_user_id\n101;12 0675550901 x;7\n",
		"2 101=7  <>   +380675550901\n"
		"employees.csv:2: \"12\" is no phone number; write "
		"+380-67-123-45-67\n"
		"employees.csv:2: \"x\" is no phone number; write "
		"+380-67-123-45-67\n"},
	    {"flags that are neither 1 nor 0",
		"code;senior;distribution_of_unanswered;crm_user_id\n"
		"101;yes;2;7\n102; 1 ;0;8\n",
		"2 101=7  <>  \n3 102=8  <>   senior\n"
		"employees.csv:2: distribution_of_unanswered is 1 or 0, not "
		"\"2\"\n"
		"employees.csv:2: senior is 1 or 0, not \"yes\"\n"},
	    {"lines are counted over quoted line breaks",
		"code;fio;crm_user_id\n101;\"O\nK\";7\n102;I;\n",
		"2 101=7 O\nK <>  \n4 102= I <>  \n"
		"employees.csv:4: employee 102 has no crm_user_id; put the id "
		"of the user in the CRM\n"},
	};
	struct buf out = {0};

	for (size_t i = 0; i < LEN(rows); i++) {
		show(&out, rows[i].in);
		is_str(buf_cstr(&out), rows[i].want, "%s", rows[i].promise);
	}
	buf_free(&out);
}

static void
no_file(void)
{
	struct errs errs = {0};
	struct employees es;
	char line[900];

	ok(employees_load(&es, "none.csv", NULL, &errs) < 0 && es.n == 0,
	    "a file must be there");
	is_str(errs.n == 1 ? err_text(errs.v, line, sizeof(line)) : NULL,
	    "none.csv: can't be opened: No such file or directory",
	    "... and it is said which");
	employees_free(&es);
	errs_free(&errs);
}

static void
is_code(const struct employee *m, const char *want, const char *promise)
{
	is_str(m ? m->code : NULL, want, "%s", promise);
}

static void
finding(void)
{
	struct errs errs = {0};
	struct employees es;

	put_file(HEAD "1;a;;;;shop_A;380675550901;0;0;7\n"
		      ";b;;;;shop_b shop_b2;380675550902 380675550903;0;1;8\n"
		      ";c;;;;;;0;0;9\n");
	must(employees_load(&es, "employees.csv", phone_country("UA"), &errs) ==
	     0);
	is_code(employees_code(&es, str_span("b")), "b", "by code");
	is_code(employees_code(&es, str_span("B")), NULL, "codes have case");
	is_code(employees_sip(&es, str_span("shop_b2")), "b", "by any login");
	is_code(
	    employees_sip(&es, str_span("SHOP_a")), "a", "logins have no case");
	is_code(employees_sip(&es, str_span("")), NULL, "no login is nobody");
	is_code(employees_phone(&es, str_span("+380675550903")), "b",
	    "by any number");
	is_code(employees_phone(&es, str_span("0675550903")), NULL,
	    "... in full form only");
	is_code(
	    employees_phone(&es, str_span("")), NULL, "no number is nobody");
	is_code(employees_staff(&es, str_span("1")), "a", "by staff id");
	is_code(employees_staff(&es, str_span("")), NULL,
	    "no staff id is nobody, though some have none");
	is_code(employees_user(&es, str_span("9")), "c", "by CRM user");
	is_code(employees_user(&es, str_span("")), NULL, "no user is nobody");
	is_code(employees_senior(&es), "b", "the senior");
	employees_free(&es);
	is_code(employees_senior(&es), NULL, "there may be none");
	is_code(
	    employees_code(&es, (struct span){0}), NULL, "no span is nobody");
	errs_free(&errs);
}

int
main(void)
{
	const char *tmp = getenv("TMPDIR");
	char dir[200];

	snprintf(dir, sizeof(dir), "%s/ringo.XXXXXX", tmp ? tmp : "/tmp");
	must(mkdtemp(dir) && chdir(dir) == 0);
	files();
	mistakes();
	no_file();
	finding();
	must(
	    remove("employees.csv") == 0 && chdir("/") == 0 && rmdir(dir) == 0);
	return tap_done();
}
