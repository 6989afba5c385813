import {
  answered,
  bool,
  flag,
  type GateCase,
  int,
  operation,
  refused,
  strings,
  text,
} from '../../gate/gate_cases/case.ts';

/** A replacement by a pattern in each of the texts. */
const replaced = (
  of: string,
  pattern: string,
  rewrite: string,
  given: readonly string[],
  wanted: readonly string[],
  isGlobal = true,
): GateCase =>
  operation(
    `StaticRegexReplace: ${of}`,
    'StaticRegexReplace',
    { x: 'BYTES' },
    { pattern: text(pattern), rewrite: text(rewrite), replace_global: flag(isGlobal) },
    'BYTES',
    [answered(of, { x: strings([given.length], given) }, strings([wanted.length], wanted))],
  );

const matched = (of: string, pattern: string, texts: Readonly<Record<string, 0 | 1>>): GateCase =>
  operation(
    `StaticRegexFullMatch: ${of}`,
    'StaticRegexFullMatch',
    { x: 'BYTES' },
    { pattern: text(pattern) },
    'BOOL',
    [
      answered(
        of,
        { x: strings([Object.keys(texts).length], Object.keys(texts)) },
        bool([Object.keys(texts).length], Object.values(texts)),
      ),
    ],
  );

const A_LOT = 'a'.repeat(5_000);

/** Values by the documentation of RE2's syntax, and by TensorFlow's tests of the operations. */
export const PATTERN_CASES: readonly GateCase[] = [
  replaced(
    'what TextVectorization strips',
    '[!"#$%&()\\*\\+,-\\./:;<=>?@\\[\\\\\\]^_`{|}~\\\']',
    '',
    ["Hello, World! It's (1+1) [x] \\ ^_`{|}~", 'abc', ''],
    ['Hello World Its 11 x  ', 'abc', ''],
  ),
  replaced(
    'prefixes',
    '^(a_prefix|b_)',
    '',
    ['a_prefix: x', 'b_a_prefix', 'c b_'],
    [': x', 'a_prefix', 'c b_'],
  ),
  replaced(
    'groups',
    '(\\w+)@(\\w+)\\.com',
    '\\2: \\1 <\\0> \\\\',
    ['me@home.com!'],
    ['home: me <me@home.com> \\!'],
  ),
  replaced('the first alone', 'a', 'b', ['banana'], ['bbnana'], false),
  replaced('empty matches', 'a*', '-', ['baac', ''], ['-b-c-', '-']),
  replaced('empty matches of characters of several bytes', 'x*', '.', ['é🙂'], ['.é.🙂.']),
  replaced('the leftmost, and the first choice of it', 'a|ab', 'x', ['abab'], ['xbxb']),
  replaced('as little as can be', '<.*?>', '', ['<b>bold</b> and <i>'], ['bold and ']),
  replaced('as much as can be', '<.*>', '', ['<b>bold</b> and <i>'], ['']),
  replaced('as much as can be where that is turned round', '(?U)<.*?>', '', ['<b>bold</b>!'], ['!']),
  replaced('words', '\\bcat\\b', 'dog', ['cat concat cat.'], ['dog concat dog.']),
  replaced('whatever the case', '(?i)été', 'hiver', ['Été ÉTÉ ete'], ['hiver hiver ete']),
  replaced('a part whatever the case', 'a(?i:b)c', 'x', ['abc aBc ABC'], ['x x ABC']),
  replaced('lines', '(?m)^\\s*#.*$', '', ['a\n # b\nc'], ['a\n\nc']),
  replaced('a dot that takes newlines', '(?s)a.b', 'x', ['a\nb'], ['x']),
  replaced('a dot that takes none', 'a.b', 'x', ['a\nb a\tb'], ['a\nb x']),
  replaced('counts', 'a{2,3}', 'x', ['a aa aaa aaaa'], ['a x x xa']),
  replaced('what is no count', 'a{,2}', 'x', ['a{,2}'], ['x']),
  replaced('classes of Unicode', '\\p{Greek}|\\pN', '?', ['aβ1c'], ['a??c']),
  replaced('what is no letter of Unicode', '[^\\p{L} ]', '', ['né à 3!'], ['né à ']),
  replaced('classes of POSIX', '[[:upper:][:digit:]]+', '#', ['abC12d'], ['ab#d']),
  replaced('ASCII alone of what Perl has', '\\w+', 'w', ['né a_1'], ['wé w']),
  replaced('escapes', '\\x41\\x{1F642}\\t\\.\\Q*+\\E', '!', ['A🙂\t.*+'], ['!']),
  replaced('a named group', '(?P<first>a)(?P<second>b)', '\\2\\1', ['abc'], ['bac']),
  replaced('a group that has no part', '(a)|(b)', '[\\1\\2]', ['ab'], ['[a][b]']),
  matched('the whole text', '.*@gmail\\.com', { 'a@gmail.com': 1, 'a@gmail.com.': 0, 'gmail.com': 0, '': 0 }),
  matched('choices of which one is shorter', 'a|ab', { a: 1, ab: 1, abc: 0 }),
  matched('nothing', '', { '': 1, a: 0 }),
  // 2^5000 paths for a backtracking matcher.
  matched('a pattern that explodes', '(a*)*b|(a|aa)+', { [A_LOT]: 1, [`${A_LOT}c`]: 0 }),
  operation(
    'RegexReplace',
    'RegexReplace',
    { x: 'BYTES', pattern: 'BYTES', rewrite: 'BYTES' },
    { replace_global: flag(true) },
    'BYTES',
    [
      answered(
        'by a pattern of the request',
        { x: strings([2, 1], ['a1', 'b22']), pattern: strings([], ['[0-9]']), rewrite: strings([], ['#']) },
        strings([2, 1], ['a#', 'b##']),
      ),
      refused(
        'two groups of one name',
        { x: strings([1], ['a']), pattern: strings([], ['(?P<n>a)(?P<n>b)']), rewrite: strings([], ['']) },
        /is no pattern: two groups are called n/,
      ),
      refused(
        'a pattern that is none',
        { x: strings([1], ['a']), pattern: strings([], ['a(b']), rewrite: strings([], ['']) },
        /RegexReplace: "a\(b" is no pattern: missing \)/,
      ),
      refused(
        'what RE2 does not have',
        { x: strings([1], ['a']), pattern: strings([], ['(?=a)']), rewrite: strings([], ['']) },
        /RE2 has no \(\?=/,
      ),
      refused(
        'a reference within the pattern',
        { x: strings([1], ['a']), pattern: strings([], ['(a)\\1']), rewrite: strings([], ['']) },
        /there is no \\1/,
      ),
      refused(
        'a group that there is not',
        { x: strings([1], ['a']), pattern: strings([], ['a']), rewrite: strings([], ['\\1']) },
        /there is no group 1/,
      ),
      refused(
        'repetitions of repetitions',
        {
          x: strings([1], ['a']),
          pattern: strings([], ['((a{100}){100}){100}']),
          rewrite: strings([], ['']),
        },
        /it is too large/,
      ),
      refused(
        'a text that is too long for the pattern',
        {
          x: strings([1], ['a'.repeat(200_000)]),
          pattern: strings([], ['(a?){500}b']),
          rewrite: strings([], ['']),
        },
        /more steps than a request may/,
      ),
    ],
  ),
  operation('RegexFullMatch', 'RegexFullMatch', { x: 'BYTES', pattern: 'BYTES' }, {}, 'BOOL', [
    answered(
      'by a pattern of the request',
      { x: strings([3], ['abaaba', 'abcdabcde', 'dcbdca']), pattern: strings([], ['a.*a']) },
      bool([3], [1, 0, 0]),
    ),
  ]),
  operation(
    'StringSplitV2: parts',
    'StringSplitV2',
    { x: 'BYTES', sep: 'BYTES' },
    { maxsplit: { i: '-1' } },
    'BYTES',
    [
      answered(
        'at white space',
        { x: strings([3], ['hello world', ' a  b\tc ', '']), sep: strings([], ['']) },
        strings([5], ['hello', 'world', 'a', 'b', 'c']),
      ),
      answered(
        'at a separator',
        { x: strings([3], ['1<>2<><>3', '<>', '']), sep: strings([], ['<>']) },
        strings([7], ['1', '2', '', '3', '', '', '']),
      ),
      answered('no texts', { x: strings([0]), sep: strings([], ['']) }, strings([0])),
      refused('a matrix', { x: strings([1, 1], ['a']), sep: strings([], ['']) }, /is not a list/),
    ],
    1,
  ),
  operation(
    'StringSplitV2: places',
    'StringSplitV2',
    { x: 'BYTES', sep: 'BYTES' },
    { maxsplit: { i: '-1' } },
    'INT32',
    [
      answered(
        'of two texts',
        { x: strings([2], ['a b', 'c']), sep: strings([], [' ']) },
        int([3, 2], [0, 0, 0, 1, 1, 0]),
      ),
    ],
  ),
  operation(
    'StringSplitV2: shape',
    'StringSplitV2',
    { x: 'BYTES', sep: 'BYTES' },
    { maxsplit: { i: '1' } },
    'INT32',
    [
      answered(
        'of texts split once',
        { x: strings([2], ['a b c', 'c']), sep: strings([], [' ']) },
        int([2], [2, 2]),
      ),
    ],
    2,
  ),
  operation(
    'StringSplitV2 once',
    'StringSplitV2',
    { x: 'BYTES', sep: 'BYTES' },
    { maxsplit: { i: '1' } },
    'BYTES',
    [
      answered(
        'at white space',
        { x: strings([1], ['a b  c ']), sep: strings([], ['']) },
        strings([2], ['a', 'b  c ']),
      ),
      answered(
        'at a separator',
        { x: strings([1], ['1,2,3']), sep: strings([], [',']) },
        strings([2], ['1', '2,3']),
      ),
    ],
    1,
  ),
  operation(
    'StringSplit',
    'StringSplit',
    { x: 'BYTES', delimiter: 'BYTES' },
    { skip_empty: flag(true) },
    'BYTES',
    [
      answered(
        'at any of several bytes',
        { x: strings([2], ['hello,world', 'a b,,c']), delimiter: strings([], [', ']) },
        strings([5], ['hello', 'world', 'a', 'b', 'c']),
      ),
      answered(
        'into bytes',
        { x: strings([1], ['abc']), delimiter: strings([], ['']) },
        strings([3], ['a', 'b', 'c']),
      ),
    ],
    1,
  ),
  operation(
    'StringSplit that keeps what is empty',
    'StringSplit',
    { x: 'BYTES', delimiter: 'BYTES' },
    { skip_empty: flag(false) },
    'BYTES',
    [
      answered(
        'between delimiters',
        { x: strings([2], ['a,,b', '']), delimiter: strings([], [',']) },
        strings([4], ['a', '', 'b', '']),
      ),
    ],
    1,
  ),
];
