#pragma once
#include <hdf5.h>

// HDF5 defines its types, classes and flags as macros that start the library before they name a
// global variable; Swift sees neither. Each function here gives the value of one macro.

static inline hid_t hdf5_native_float(void) { return H5T_NATIVE_FLOAT; }
static inline hid_t hdf5_native_double(void) { return H5T_NATIVE_DOUBLE; }
static inline hid_t hdf5_native_int32(void) { return H5T_NATIVE_INT32; }
static inline hid_t hdf5_native_int64(void) { return H5T_NATIVE_INT64; }
static inline hid_t hdf5_native_uint8(void) { return H5T_NATIVE_UINT8; }

static inline hid_t hdf5_stored_float(void) { return H5T_IEEE_F32LE; }
static inline hid_t hdf5_stored_double(void) { return H5T_IEEE_F64LE; }
static inline hid_t hdf5_stored_int32(void) { return H5T_STD_I32LE; }
static inline hid_t hdf5_stored_int64(void) { return H5T_STD_I64LE; }
static inline hid_t hdf5_stored_uint8(void) { return H5T_STD_U8LE; }

// IEEE 754 binary16, for which HDF5 1.10 has no name: a binary32 with other fields. Negative if it
// cannot be made.
static inline hid_t hdf5_make_half(hid_t single) {
  hid_t type = H5Tcopy(single);
  if (type >= 0 && H5Tset_fields(type, 15, 10, 5, 0, 10) >= 0 && H5Tset_size(type, 2) >= 0 &&
      H5Tset_ebias(type, 15) >= 0)
    return type;
  return -1;
}

// Numbers of half precision as single ones. HDF5 converts formats that the processor has no name for bit by
// bit, a hundred times slower.
static inline void hdf5_widen_halves(const void *halves, float *singles, size_t count) {
  const _Float16 *values = (const _Float16 *)halves;
  for (size_t index = 0; index < count; index++) singles[index] = (float)values[index];
}

static inline hid_t hdf5_c_string(void) { return H5T_C_S1; }
static inline size_t hdf5_variable_size(void) { return H5T_VARIABLE; }

static inline hid_t hdf5_file_creation(void) { return H5P_FILE_CREATE; }
static inline hid_t hdf5_file_access(void) { return H5P_FILE_ACCESS; }
static inline hid_t hdf5_group_creation(void) { return H5P_GROUP_CREATE; }
static inline hid_t hdf5_dataset_creation(void) { return H5P_DATASET_CREATE; }
static inline hid_t hdf5_dataset_access(void) { return H5P_DATASET_ACCESS; }

static inline unsigned hdf5_truncate(void) { return H5F_ACC_TRUNC; }
static inline unsigned hdf5_read_only(void) { return H5F_ACC_RDONLY; }
