/** The command line is wrong in a way that its parser cannot know. The message is a sentence without a period. */
export class UsageError extends Error {}
