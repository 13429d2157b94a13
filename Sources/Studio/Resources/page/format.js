// Numbers, sizes, spans and dates in the reader's language. Pure but for the language, which i18n.js sets.

let language = 'en';
/** @type {Map<string, Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>} */
const formats = new Map();

/** @param {string} tag */
export function setLanguage(tag) {
    language = tag;
    formats.clear();
}

/**
 * @template {Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat} Format
 * @param {string} key
 * @param {() => Format} make
 * @returns {Format}
 */
function cached(key, make) {
    let format = formats.get(key);
    if (!format) formats.set(key, format = make());
    return /** @type {Format} */ (format);
}

/** @param {number} value @param {number} [digits] */
export function number(value, digits = 0) {
    return cached(`n${digits}`, () => new Intl.NumberFormat(language,
        { minimumFractionDigits: digits, maximumFractionDigits: digits })).format(value);
}

/**
 * Guidance: one digit behind the point, two where they say something.
 * @param {number} value
 */
export function guidance(value) {
    return cached('guidance', () => new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 2 })).format(value);
}

/**
 * A seed or an id: digits alone.
 * @param {number} value
 */
export function plain(value) {
    return cached('plain', () => new Intl.NumberFormat(language, { useGrouping: false })).format(value);
}

/** @param {number} share of 1 @param {number} [digits] */
export function percent(share, digits = 0) {
    return cached(`p${digits}`, () => new Intl.NumberFormat(language,
        { style: 'percent', minimumFractionDigits: digits, maximumFractionDigits: digits })).format(share);
}

/**
 * With its sign whichever way it went; no sign at exactly nothing.
 * @param {number} change in percent
 */
export function signedPercent(change) {
    return cached('signed', () => new Intl.NumberFormat(language, {
        style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1, signDisplay: 'exceptZero',
    })).format(change / 100);
}

/** @param {number} value @param {number} digits */
export function signed(value, digits) {
    return cached(`d${digits}`, () => new Intl.NumberFormat(language, {
        minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay: 'exceptZero',
    })).format(value);
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/**
 * The unit that leaves 1 … 1023 before the point.
 * @param {number} count
 */
export function unitOf(count) {
    let power = 0;
    while (power < units.length - 1 && Math.abs(count) / 1024 ** power >= (power === 0 ? 1023.5 : 1023.95)) power += 1;
    return power;
}

/** @param {number} count @param {number} [power] of 1024, if two sizes must share a unit */
export function bytesIn(count, power = unitOf(count)) {
    return number(count / 1024 ** power, power === 0 ? 0 : 1);
}

/** @param {number} count @param {number} [power] */
export function bytes(count, power = unitOf(count)) {
    return `${bytesIn(count, power)} ${units[power]}`;
}

/** @param {number} part @param {number} whole */
export function bytesOf(part, whole) {
    const power = unitOf(whole);
    return `${bytesIn(part, power)} / ${bytes(whole, power)}`;
}

/**
 * `0.16 s`, `6.1 s`, `2:03 min`, `1:02:03 h`.
 * @param {number} value
 */
export function seconds(value) {
    if (value < 0.00005) return `${number(0)} s`;
    if (value < 0.9995) return value < 0.0995 ? `${number(value * 1000, value < 0.00995 ? 1 : 0)} ms` : `${number(value, 2)} s`;
    if (value < 59.95) return `${number(value, 1)} s`;
    const whole = Math.round(value);
    const two = (/** @type {number} */ part) => String(part).padStart(2, '0');
    if (whole < 3600) return `${Math.floor(whole / 60)}:${two(whole % 60)} min`;
    return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)} h`;
}

/** @param {number} milliseconds since 1970 */
export function dateTime(milliseconds) {
    return cached('dateTime', () => new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' })).format(milliseconds);
}

/**
 * Today, yesterday, a weekday of this week, or the date.
 * @param {number} milliseconds
 * @param {number} [now]
 */
export function day(milliseconds, now = Date.now()) {
    const ago = dayNumber(now) - dayNumber(milliseconds);
    if (ago === 0 || ago === 1) {
        const word = cached('relative', () => new Intl.RelativeTimeFormat(language, { numeric: 'auto' })).format(-ago, 'day');
        return word.charAt(0).toLocaleUpperCase(language) + word.slice(1);
    }
    if (ago > 1 && ago < 7) return cached('weekday', () => new Intl.DateTimeFormat(language, { weekday: 'long' })).format(milliseconds);
    return cached('date', () => new Intl.DateTimeFormat(language, { dateStyle: 'long' })).format(milliseconds);
}

/**
 * Days since 1970 in the reader's time zone.
 * @param {number} milliseconds
 */
export function dayNumber(milliseconds) {
    return Math.floor((milliseconds - new Date(milliseconds).getTimezoneOffset() * 60000) / 86400000);
}

/** @param {{width: number, height: number}} size */
export function size({ width, height }) {
    return `${plain(width)}×${plain(height)}`;
}
