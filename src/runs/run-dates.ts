/** The first and the last date that both PostgreSQL and JavaScript know, in milliseconds from 1970: 4713 BC and 275760 AD. */
export const FIRST_DATE = -210_866_803_200_000;
export const LAST_DATE = 8_640_000_000_000_000;
