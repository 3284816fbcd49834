/* SPDX-License-Identifier: Apache-2.0 */
/* file_task - reads what there is, hands out lines, and looks again every second or two. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "connectors/file/file_config.h"
#include "connectors/file/file_source.h"
#include "connectors/file/line_reader.h"
#include "lib/base/clock.h"
#include "lib/base/vec.h"
#include "lib/base/xmem.h"

#include <tern/version.h>

enum {
    CHUNK_BYTES = 64 * 1024, /* of one read, when there is much */
    GLANCE_BYTES = 1024,     /* of one read, when there was nothing */
    LOOK_MS = 1000,          /* until the file is looked at again */
    QUIET_LOOKS = 60,        /* that find nothing, in a row: from then on */
    QUIET_LOOK_MS = 2000,    /* it is looked at less often */
    SLACK_NS = 50000000,     /* by which that may come later: looks of many tasks come together */
    STDIN_MS = 200,          /* wait for standard input, which a stop does not end */
    MISSING_LOG_MS = 60000,
};

struct file_task {
    const struct tern_host *host;
    struct file_settings settings;
    struct tern_source_partition *source; /* NULL: standard input */
    struct line_reader reader;
    int fd;                 /* -1: not open yet */
    bool is_growing;        /* the last read was a full one */
    unsigned looks;         /* that found nothing, in a row */
    int64_t log_missing_ms; /* when it may be said again that the file is missing */
};

static const struct tern_schema line_schema = TERN_SCHEMA(.type = TERN_TYPE_STRING);

/* ---- life ---- */

static void stop(void *self)
{
    struct file_task *t = self;

    if (t->fd > STDIN_FILENO)
        close(t->fd);
    line_reader_fini(&t->reader);
    file_settings_fini(&t->settings);
    free(t);
}

static int begin(struct file_task *t, const struct tern_config *config, struct tern_error *err)
{
    struct tern_field field = {.name = FILE_PARTITION_FIELD};

    if (file_settings_bind(config, &t->settings, err) < 0)
        return -1;
    if (!t->settings.file) {
        t->fd = STDIN_FILENO;
        return 0;
    }
    field.text = t->settings.file;
    return t->host->source_partition(t->host, &field, 1, FILE_OFFSET_FIELD, &t->source, err);
}

static int start(const struct tern_host *host, const struct tern_config *config, void **ret_self,
                 struct tern_error *err)
{
    struct file_task *t = xcalloc(1, sizeof(*t));

    t->host = host;
    t->fd = -1;
    t->reader = (struct line_reader)LINE_READER_INIT;
    prctl(PR_SET_TIMERSLACK, SLACK_NS);
    if (begin(t, config, err) < 0) {
        stop(t);
        return -1;
    }
    *ret_self = t;
    return 0;
}

/* ---- the file ---- */

static void say_missing(struct file_task *t)
{
    CLEANUP(freep) char *line = NULL;

    if (clock_mono_ms() < t->log_missing_ms)
        return;
    line = xasprintf("Couldn't find file %s for FileStreamSourceTask, sleeping to wait for it to "
                     "be created",
                     t->settings.file); /* peer text */
    t->host->log(TERN_LOG_WARN, FILE_SOURCE_TASK, line);
    t->log_missing_ms = clock_deadline_ms(MISSING_LOG_MS);
}

/* Where the last instance has come to, as a number of bytes. */
static int stored_position(struct file_task *t, int64_t *ret_position, struct tern_error *err)
{
    struct tern_source_offset offset;

    if (t->host->read_offsets(t->host, &t->source, 1, &offset, err) < 0)
        return -1;
    if (offset.known && offset.number == INT64_MIN)
        return tern_fail(err, TERN_EINTERNAL, "Offset position is the incorrect type"); /* peer */
    *ret_position = offset.known ? offset.number : 0;
    return 0;
}

static int fail_file(const struct file_task *t, const char *what, struct tern_error *err)
{
    char why[128];

    return tern_fail(err, TERN_EINTERNAL, "cannot %s file '%s': %s", what, t->settings.file,
                     strerror_r(errno, why, sizeof(why)));
}

/* Opens the file where the last instance left it. fd stays -1 while there is no file. */
static int open_file(struct file_task *t, struct tern_error *err)
{
    int fd = open(t->settings.file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    int64_t position;

    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR)) {
        say_missing(t);
        return 0;
    }
    if (fd < 0)
        return fail_file(t, "open", err);
    if (stored_position(t, &position, err) < 0) {
        close(fd);
        return -1;
    }
    if (position > 0 && lseek(fd, position, SEEK_SET) < 0) {
        (void)fail_file(t, "seek in", err);
        close(fd);
        return -1;
    }
    t->fd = fd;
    t->reader.position = position;
    return 0;
}

/* False: there is nothing to be had now. */
static bool is_ready(const struct file_task *t, int64_t max_wait_ms)
{
    struct pollfd p = {.fd = t->fd, .events = POLLIN};

    return t->source ||
           poll(&p, 1, (int)clock_left_ms(clock_deadline_ms(STDIN_MS), max_wait_ms)) > 0;
}

/* Takes len bytes from the file into the reader. */
static int read_into(struct file_task *t, size_t len, size_t *ret_count, struct tern_error *err)
{
    uint8_t *room;
    ssize_t n;

    if (line_reader_room(&t->reader, len, &room, err) < 0)
        return tern_context(err, "file '%s'", t->settings.file ? t->settings.file : "stdin");
    n = read(t->fd, room, len);
    if (n < 0 && errno != EAGAIN && errno != EINTR) {
        if (!t->settings.file)
            return tern_fail(err, TERN_EINTERNAL, "cannot read standard input");
        return fail_file(t, "read", err);
    }
    *ret_count = n > 0 ? (size_t)n : 0;
    line_reader_add(&t->reader, *ret_count);
    return 0;
}

/* Reads what is there; 0 in *ret_count: nothing. A file that does not grow has no large buffer. */
static int read_chunk(struct file_task *t, size_t *ret_count, struct tern_error *err)
{
    size_t len = t->is_growing ? CHUNK_BYTES : GLANCE_BYTES;

    if (read_into(t, len, ret_count, err) < 0)
        return -1;
    t->is_growing = *ret_count == len;
    if (*ret_count == 0)
        line_reader_trim(&t->reader);
    return 0;
}

/* ---- records ---- */

struct line_batch {
    struct tern_source_batch batch;
    VEC(struct tern_source_record) records; /* their text: offsets in `text` until finish() */
    VEC(size_t) ends;
    struct buf text;
};

static void release(struct tern_source_batch *batch)
{
    struct line_batch *b = CONTAINER_OF(batch, struct line_batch, batch);

    vec_fini(&b->records);
    vec_fini(&b->ends);
    buf_fini(&b->text);
    free(b);
}

static struct line_batch *new_batch(void)
{
    struct line_batch *b = xcalloc(1, sizeof(*b));

    b->batch.release = release;
    b->text = (struct buf)BUF_INIT(SIZE_MAX);
    return b;
}

static void add_record(struct file_task *t, struct line_batch *b)
{
    vec_push(&b->ends, b->text.len);
    vec_push(&b->records, (struct tern_source_record){
                              .topic = t->settings.topic,
                              .partition = -1,
                              .timestamp_ms = clock_wall_ms(),
                              .value = {.type = TERN_VALUE_STRING, .schema = &line_schema},
                              .source = t->source,
                              .offset = t->reader.position,
                          });
}

/* The text does not move any more. */
static struct tern_source_batch *finish(struct line_batch *b)
{
    const char *text = buf_str(&b->text);
    size_t from = 0;

    for (size_t i = 0; i < b->records.count; i++) {
        b->records.at[i].value.as.bytes = (struct tern_bytes){text + from, b->ends.at[i] - from};
        from = b->ends.at[i];
    }
    b->batch.records = b->records.at;
    b->batch.count = b->records.count;
    return &b->batch;
}

/* Lines until the batch is full or the file has no more for now. */
static int fill(struct file_task *t, struct line_batch *b, struct tern_error *err)
{
    size_t max = t->settings.batch_size > 0 ? (size_t)t->settings.batch_size : 1;
    size_t count = 0;

    for (;;) {
        while (b->records.count < max && line_reader_next(&t->reader, &b->text))
            add_record(t, b);
        if (b->records.count >= max || !is_ready(t, 0))
            return 0;
        if (read_chunk(t, &count, err) < 0)
            return -1;
        if (count == 0)
            return 0;
    }
}

static int poll_lines(struct file_task *t, struct tern_source_batch **ret_batch,
                      struct tern_error *err)
{
    struct line_batch *b = new_batch();

    if (fill(t, b, err) < 0) {
        release(&b->batch);
        return -1;
    }
    if (b->records.count == 0)
        release(&b->batch);
    else
        *ret_batch = finish(b);
    return 0;
}

static void wait_for_more(struct file_task *t, int64_t max_wait_ms)
{
    int64_t look_ms = t->looks < QUIET_LOOKS ? LOOK_MS : QUIET_LOOK_MS;

    t->looks++;
    t->host->wait(t->host, max_wait_ms < look_ms ? max_wait_ms : look_ms);
}

static int file_poll(void *self, int64_t max_wait_ms, struct tern_source_batch **ret_batch,
                     struct tern_error *err)
{
    struct file_task *t = self;

    *ret_batch = NULL;
    if (t->fd < 0 && open_file(t, err) < 0)
        return -1;
    if (t->fd >= 0 && poll_lines(t, ret_batch, err) < 0)
        return -1;
    if (*ret_batch) {
        t->looks = 0;
        return 0;
    }
    if (t->source)
        wait_for_more(t, max_wait_ms);
    else
        is_ready(t, max_wait_ms);
    return 0;
}

const struct tern_source_task_class file_source_task_class = {
    .size = sizeof(file_source_task_class),
    .name = FILE_SOURCE_TASK,
    .version = TERN_KAFKA_VERSION,
    .start = start,
    .poll = file_poll,
    .stop = stop,
};
