/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * pem_text - PEM as people write it in .properties files: on one line, or with blanks before the
 * lines. Peer: the patterns of org.apache.kafka.common.security.ssl.DefaultSslEngineFactory.
 */
#include "lib/base/buf.h"
#include "lib/base/slice.h"

/*
 * Appends every "-----BEGIN x-----" ... "-----END x-----" of text to out, in the form that OpenSSL
 * takes; what stands between them is left out. A block with headers, as old encrypted keys have
 * them, stays as it is. Wipe out. Thread: any.
 */
void pem_text_normalise(struct slice text, struct buf *out);
