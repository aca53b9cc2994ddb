import v8 from 'node:v8';

/**
 * Evaluated before anything allocates. V8 places what a piece of code creates in the old generation for good once a few of
 * its objects, at the start often all, have survived a collection. The points of a request then went there by the
 * thousand: 90 MB more, and a third fewer points a second. NODE_OPTIONS does not take this flag.
 */
v8.setFlagsFromString('--no-allocation-site-pretenuring');
