/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/wire/scram.h"

#include <string.h>

#include "tests/lib/testing.h"

/* A whole conversation: that of RFC 7677. */
static const struct {
    enum scram_hash hash;
    const char *user, *password, *nonce;
    const char *first, *challenge, *final, *proof;
} talks[] = {
    {SCRAM_SHA_256, "user", "pencil", "rOprNGfwEbeRWgbNEkqO", "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
     "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
     "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
     "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
     "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="},
};

static void step(struct scram *s, const char *challenge, const char *says, bool is_done)
{
    CLEANUP(buf_fini) struct buf out = BUF_INIT(SCRAM_MAX_TEXT);
    struct tern_error err;
    bool done;

    ck_assert_ok(scram_step(s, slice_str(challenge), &out, &done, &err), err);
    ck_assert_str_eq(buf_str(&out), says);
    ck_assert_int_eq(done, is_done);
}

static void refused(struct scram *s, const char *challenge, const char *why)
{
    CLEANUP(buf_fini) struct buf out = BUF_INIT(SCRAM_MAX_TEXT);
    struct tern_error err;
    bool done;

    ck_assert_int_lt(scram_step(s, slice_str(challenge), &out, &done, &err), 0);
    ck_assert_str_eq(err.msg, why);
}

START_TEST(test_talk)
{
    struct scram *s =
        scram_new(talks[_i].hash, talks[_i].user, talks[_i].password, talks[_i].nonce);

    step(s, NULL, talks[_i].first, false);
    step(s, talks[_i].challenge, talks[_i].final, false);
    step(s, talks[_i].proof, "", true);
    refused(s, "v=", "the server says more than there is to say");
    scram_free(s);
}
END_TEST

START_TEST(test_names_are_escaped)
{
    struct scram *s = scram_new(SCRAM_SHA_512, "a=b,c", "x", "n");

    step(s, NULL, "n,,n=a=3Db=2Cc,r=n", false);
    scram_free(s);
}
END_TEST

START_TEST(test_delegation_token)
{
    struct scram *s = scram_new(SCRAM_SHA_256, "id", "hmac", "n");

    scram_use_token(s);
    step(s, NULL, "n,,n=id,r=n,tokenauth=true", false);
    scram_free(s);
}
END_TEST

static const struct {
    const char *challenge, *why;
} firsts[] = {
    {"", "the server's first message is malformed"},
    {"r=n1", "the server's first message is malformed"},
    {"r=n1,s=!,i=4096", "the server's first message is malformed"},
    {"r=n1,s=QQ==,i=x", "the server's first message is malformed"},
    {"r=n1,s=QQ==,i=-1", "the server's first message is malformed"},
    {"r=n1,s=QQ==,i=99999999999", "the server's first message is malformed"},
    {"s=QQ==,r=n1,i=4096", "the server's first message is malformed"},
    {"r=m1,s=QQ==,i=4096", "Invalid server nonce: does not start with client nonce"},
    {"r=n1,s=QQ==,i=1", "Requested iterations 1 is less than the minimum 4096 for the mechanism"},
    {"r=n1,s=QQ==,i=99999999", "the server asks for 99999999 iterations"},
};

START_TEST(test_bad_first)
{
    struct scram *s = scram_new(SCRAM_SHA_256, "u", "p", "n");

    step(s, NULL, "n,,n=u,r=n", false);
    refused(s, firsts[_i].challenge, firsts[_i].why);
    scram_free(s);
}
END_TEST

static const struct {
    const char *challenge, *why;
} finals[] = {
    {"e=other-error", "the server refuses: other-error"},
    {"", "the server's last message is malformed"},
    {"v=###", "the server's last message is malformed"},
    {"v=QQ==", "Invalid server signature in server final message"},
    {"v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
     "Invalid server signature in server final message"},
};

START_TEST(test_bad_final)
{
    struct scram *s = scram_new(SCRAM_SHA_256, "user", "pencil", talks[0].nonce);

    step(s, NULL, talks[0].first, false);
    step(s, talks[0].challenge, talks[0].final, false);
    refused(s, finals[_i].challenge, finals[_i].why);
    scram_free(s);
}
END_TEST

static void scram_suite(Suite *suite)
{
    test_add_rows(suite, test_talk, COUNT_OF(talks));
    test_add(suite, test_names_are_escaped);
    test_add(suite, test_delegation_token);
    test_add_rows(suite, test_bad_first, COUNT_OF(firsts));
    test_add_rows(suite, test_bad_final, COUNT_OF(finals));
}

TEST_MAIN("scram", scram_suite)
