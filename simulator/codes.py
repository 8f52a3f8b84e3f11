"""The codes stored in the columns: stages, education, contract, sector, firm size.

Plain integers, because compiled laws compare them millions of times a second. A code is
stored in results and checkpoints, so an existing one never changes its number.
"""

PRECONTEMPLATION, CONTEMPLATION, PREPARATION, ACTION, MAINTENANCE = 1, 2, 3, 4, 5
STAGES = {
    PRECONTEMPLATION: "precontemplation",
    CONTEMPLATION: "contemplation",
    PREPARATION: "preparation",
    ACTION: "action",
    MAINTENANCE: "maintenance",
}

# Attained level, in the classes that CBS publishes for the employed (table 85266NED).
LOW, MBO23, MBO4, HAVO_VWO, BACHELOR, MASTER = 0, 1, 2, 3, 4, 5
EDUCATION = {
    LOW: "low",  # at most vmbo or mbo-1
    MBO23: "mbo2-3",
    MBO4: "mbo4",
    HAVO_VWO: "havo-vwo",
    BACHELOR: "bachelor",
    MASTER: "master",
}
# Low, middle, high: three classes for tables and for the priors of the behavioural literature.
EDUCATION_CLASS = {LOW: 0, MBO23: 1, MBO4: 1, HAVO_VWO: 1, BACHELOR: 2, MASTER: 2}
EDUCATION_CLASSES = ("low", "middle", "high")

# Contract, in the classes of CBS "Profiel van flexwerkers" table 6.1, self-employed, and without
# work.
PERMANENT, PROSPECT, TEMP_LONG, TEMP_SHORT, ON_CALL, AGENCY = 0, 1, 2, 3, 4, 5
PERMANENT_NO_HOURS, TEMP_NO_HOURS = 6, 7
ZZP_LABOUR, ZZP_PRODUCTS, SELF_EMPLOYED_STAFF, UNEMPLOYED, INACTIVE = 8, 9, 10, 11, 12
CONTRACT = {
    PERMANENT: "permanent",
    PROSPECT: "temporary-prospect",
    TEMP_LONG: "temporary-1yr-plus",
    TEMP_SHORT: "temporary-under-1yr",
    ON_CALL: "on-call",
    AGENCY: "agency",
    PERMANENT_NO_HOURS: "permanent-no-fixed-hours",
    TEMP_NO_HOURS: "temporary-no-fixed-hours",
    ZZP_LABOUR: "zzp-labour",
    ZZP_PRODUCTS: "zzp-products",
    SELF_EMPLOYED_STAFF: "self-employed-with-staff",
    UNEMPLOYED: "unemployed",
    INACTIVE: "inactive",  # outside the labour force for a time, not retired
}
ABSENT = 13  # nobody: a row that waits for who enters
EMPLOYEE_CONTRACTS = tuple(range(PERMANENT, TEMP_NO_HOURS + 1))
FLEXIBLE_CONTRACTS = tuple(range(PROSPECT, TEMP_NO_HOURS + 1))
SELF_EMPLOYED_CONTRACTS = (ZZP_LABOUR, ZZP_PRODUCTS, SELF_EMPLOYED_STAFF)

# Persons working at the employer; NO_FIRM for who has none (unemployed).
SIZE_1_9, SIZE_10_49, SIZE_50_249, SIZE_250, NO_FIRM = 0, 1, 2, 3, 4
FIRM_SIZE = {
    SIZE_1_9: "1-9",
    SIZE_10_49: "10-49",
    SIZE_50_249: "50-249",
    SIZE_250: "250+",
    NO_FIRM: "none",
}

# SBI 2008 sections as CBS groups them; NO_SECTOR for who has none (unemployed).
SECTOR_LETTERS = "A B C D E F G H I J K L M N O P Q R-U".split()
SECTOR = dict(enumerate(SECTOR_LETTERS)) | {len(SECTOR_LETTERS): "none"}
NO_SECTOR = len(SECTOR_LETTERS)

# Age bands of the margins, in years: lower bound (inclusive).
AGE_BAND_STARTS = (15, 25, 35, 45, 55, 65)
AGE_BANDS = ("15-24", "25-34", "35-44", "45-54", "55-64", "65-74")
