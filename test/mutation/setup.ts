import fc from 'fast-check';

/** That a change was noticed is enough: nobody looks for the smallest example of it. */
fc.configureGlobal({ endOnFailure: true });
