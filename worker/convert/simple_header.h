/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * simple_header - headers as text, the converter of headers when none is configured.
 *
 * Writing: strings as they are, all else as Values writes it. Reading: a guess at what the text
 * means. Dates are those of the process's time zone, as in Java (lib/data/value_text.h). Peer:
 * org.apache.kafka.connect.storage.SimpleHeaderConverter. Spec: connect-runtime.md 5.7.
 */
#include "worker/convert/converter.h"

extern const struct converter_class simple_header_converter;
