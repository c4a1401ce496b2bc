// An agent that writes down each class, method and field that JNA's native library asks JNI for, and each native method
// that it registers: what GraalVM has to be told of. One line each: kind, type, name, signature.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <jvmti.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static jvmtiEnv *tool;
static jniNativeInterface *original;
static FILE *output;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

// Functions that JNA calls for somebody else, by their addresses, are called by its own code as well.
#define BY_JNA is_of_jna(__builtin_return_address(0))

static int is_of_jna(void *address) {
  Dl_info info;
  return dladdr(address, &info) && info.dli_fname && strstr(info.dli_fname, "jna");
}

static void note(const char *kind, jclass type, const char *name, const char *signature) {
  char *owner = NULL;
  if (type) (*tool)->GetClassSignature(tool, type, &owner, NULL);
  pthread_mutex_lock(&lock);
  fprintf(output, "%s %s %s %s\n", kind, owner ? owner : "-", name, signature);
  fflush(output);
  pthread_mutex_unlock(&lock);
  if (owner) (*tool)->Deallocate(tool, (unsigned char *)owner);
}

static jclass JNICALL find_class(JNIEnv *env, const char *name) {
  if (BY_JNA) note("class", NULL, name, "-");
  return original->FindClass(env, name);
}

static jmethodID JNICALL method(JNIEnv *env, jclass type, const char *name, const char *signature) {
  if (BY_JNA) note("method", type, name, signature);
  return original->GetMethodID(env, type, name, signature);
}

static jmethodID JNICALL static_method(JNIEnv *env, jclass type, const char *name, const char *signature) {
  if (BY_JNA) note("method", type, name, signature);
  return original->GetStaticMethodID(env, type, name, signature);
}

static jfieldID JNICALL field(JNIEnv *env, jclass type, const char *name, const char *signature) {
  if (BY_JNA) note("field", type, name, signature);
  return original->GetFieldID(env, type, name, signature);
}

static jfieldID JNICALL static_field(JNIEnv *env, jclass type, const char *name, const char *signature) {
  if (BY_JNA) note("field", type, name, signature);
  return original->GetStaticFieldID(env, type, name, signature);
}

static jint JNICALL natives(JNIEnv *env, jclass type, const JNINativeMethod *methods, jint count) {
  for (jint i = 0; BY_JNA && i < count; i++) note("native", type, methods[i].name, methods[i].signature);
  return original->RegisterNatives(env, type, methods, count);
}

static void JNICALL started(jvmtiEnv *self, JNIEnv *env) {
  jniNativeInterface *table;
  (void)self, (void)env;
  if ((*tool)->GetJNIFunctionTable(tool, &original) || (*tool)->GetJNIFunctionTable(tool, &table)) abort();
  table->FindClass = find_class;
  table->GetMethodID = method;
  table->GetStaticMethodID = static_method;
  table->GetFieldID = field;
  table->GetStaticFieldID = static_field;
  table->RegisterNatives = natives;
  if ((*tool)->SetJNIFunctionTable(tool, table)) abort();
}

JNIEXPORT jint JNICALL Agent_OnLoad(JavaVM *vm, char *options, void *reserved) {
  jvmtiEventCallbacks callbacks = {.VMStart = started};
  (void)reserved;
  output = fopen(options, "w");
  return !output || (*vm)->GetEnv(vm, (void **)&tool, JVMTI_VERSION_1_2) ||
                 (*tool)->SetEventCallbacks(tool, &callbacks, sizeof callbacks) ||
                 (*tool)->SetEventNotificationMode(tool, JVMTI_ENABLE, JVMTI_EVENT_VM_START, NULL)
             ? JNI_ERR : JNI_OK;
}
