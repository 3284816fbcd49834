/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * text - what toString() gives, in some encoding: key, value and header converter.
 *
 * UTF-8 that is valid is borrowed, not copied. Other encodings are those of iconv(3); what an
 * encoding does not have is '?' when written and U+FFFD when read, as in Java. Peer:
 * org.apache.kafka.connect.storage.StringConverter. Spec: connect-runtime.md 5.4. Differences:
 * an unknown encoding is an error when the task starts, in Java with the first record.
 */
#include "worker/convert/converter.h"

extern const struct converter_class text_converter;
